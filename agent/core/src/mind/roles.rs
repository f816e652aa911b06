//! The models that the Runner offers, by what they are for. Neither address nor key is
//! among what is told of them.

use agent_contract::Failure;
use serde::Deserialize;
use serde_json::Value;

use crate::model::{Caching, Delivery, Flavour, Settings, Voice};

/// A model that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The binding through which it is asked.
    pub binding: String,
    /// How it is spoken to.
    pub settings: Settings,
    /// The tokens that question and answer may have together.
    pub context_tokens: u32,
}

/// A model as the Runner tells of it.
#[derive(Debug, Deserialize)]
struct Offered {
    binding: String,
    dialect: String,
    #[serde(default)]
    flavour: Option<String>,
    model: String,
    stream: bool,
    cache: bool,
    answer_tokens_max: u32,
    context_tokens: u32,
    #[serde(default)]
    effort: Option<String>,
}

impl Offered {
    fn read(self) -> Result<Model, Failure> {
        let unknown = |fault: agent_contract::fault::Unknown| malformed(&fault);
        let voice = Voice {
            dialect: self.dialect.parse().map_err(unknown)?,
            flavour: self.flavour.map_or(Ok(Flavour::Openai), |flavour| flavour.parse()).map_err(unknown)?,
        };
        let settings = Settings {
            voice,
            model: self.model,
            answer_tokens_max: self.answer_tokens_max,
            delivery: if self.stream { Delivery::Streamed } else { Delivery::Whole },
            caching: if self.cache { Caching::On } else { Caching::Off },
            effort: self.effort.map(|effort| effort.parse()).transpose().map_err(unknown)?,
        };
        Ok(Model { binding: self.binding, settings, context_tokens: self.context_tokens })
    }
}

fn malformed(fault: &dyn std::fmt::Display) -> Failure {
    Failure::new("model-offer-malformed", format!("what the Runner offers can't be read: {fault}"))
}

/// Who is asked for what, in order: the next where one can't be had.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Roles {
    /// For a plan. None: no model is asked for one, unless for the plan alone.
    pub plan: Vec<Model>,
    /// For the change.
    pub edit: Vec<Model>,
    /// For a judgement of the change.
    pub review: Vec<Model>,
}

impl Roles {
    /// Reads what the Runner offers.
    pub fn read(offered: &Value) -> Result<Self, Failure> {
        let models: Vec<Offered> =
            serde_json::from_value(offered["models"].clone()).map_err(|fault| malformed(&fault))?;
        let models = models.into_iter().map(Offered::read).collect::<Result<Vec<_>, _>>()?;
        let of = |role: &str| -> Vec<Model> {
            let names = offered["roles"][role].as_array().into_iter().flatten().filter_map(Value::as_str);
            names.filter_map(|name| models.iter().find(|model| model.binding == name).cloned()).collect()
        };
        Ok(Self { plan: of("plan"), edit: of("edit"), review: of("review") })
    }

    /// The bindings of all of them.
    pub fn bindings(&self) -> Vec<String> {
        let all = [&self.plan, &self.edit, &self.review].into_iter().flatten();
        let mut names: Vec<_> = all.map(|model| model.binding.clone()).collect();
        names.sort();
        names.dedup();
        names
    }
}
