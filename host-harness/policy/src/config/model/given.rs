//! What is said of models for one run: who is asked, who answers in their place, where
//! the answers are kept.

use agent_contract::fault::shown;

use super::{MODEL_PREFIX, Roles};
use crate::{Config, config::BindingConfig};

impl Config {
    /// With these models for whatever is asked, in this order.
    pub fn asking(mut self, names: &[String]) -> Result<Self, String> {
        let mut asked: Vec<String> = Vec::new();
        for name in names {
            let binding = format!("{MODEL_PREFIX}{name}");
            if !self.models.models.iter().any(|model| model.binding == binding) {
                return Err(self.unknown(name));
            }
            if asked.contains(&binding) {
                return Err(format!("`{}` is named twice", shown(name)));
            }
            asked.push(binding);
        }
        let plan = if self.models.roles.plan.is_empty() { Vec::new() } else { asked.clone() };
        let review = if self.models.roles.review.is_empty() { Vec::new() } else { asked.clone() };
        self.models.roles = Roles { plan, edit: asked, review };
        Ok(self)
    }

    fn unknown(&self, name: &str) -> String {
        let names = self.models.models.iter().filter_map(|model| model.binding.strip_prefix(MODEL_PREFIX));
        let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
        match names.is_empty() {
            true => format!("`{}` is no model: none is configured\nhint: add `[[models]]`", shown(name)),
            false => {
                format!("no model is called `{}`\nhint: the models are: {}", shown(name), names.join(", "))
            }
        }
    }

    /// With a recording that answers in the place of every model.
    pub fn replaying(mut self, file: &str) -> Result<Self, String> {
        if self.models.models.is_empty() {
            return Err("no model is configured, so that none is replayed\nhint: add `[[models]]`".to_owned());
        }
        self.models.models.iter_mut().for_each(|model| model.recorded = true);
        for binding in &mut self.bindings {
            let Some(model) = &mut binding.model else { continue };
            (model.recording, model.record, model.aws) = (Some(file.to_owned()), None, None);
            binding.credential = None;
        }
        Ok(self)
    }

    /// With a file to which every model's answers are written as they come.
    pub fn recording(mut self, file: &str) -> Self {
        let models = self.bindings.iter_mut().filter_map(|binding| binding.model.as_mut());
        models
            .filter(|model| model.recording.is_none())
            .for_each(|model| model.record = Some(file.to_owned()));
        self
    }

    /// The bindings of models.
    pub fn model_bindings(&self) -> impl Iterator<Item = &BindingConfig> {
        self.bindings.iter().filter(|binding| binding.model.is_some())
    }
}
