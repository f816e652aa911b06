//! How the Runner comes to a decision: it asks the decision points, takes the strictest
//! answer, asks a person where that is what they say, and can prove all of it later.

use std::time::Instant;

use agent_contract::{Refusal, capability::Scope};
use policy::{
    Asked, Call, Code, Decided, Decision, Permit, Word,
    answer::{Answer, Objection, Protocol, Stance},
    approval::{Approval, Claim},
    call::Parsed,
    context::{AuditStatus, DecisionContext, DecisionId, Question},
    issue::Proposed,
};
use serde_json::{Value, json};
use wasmtime::component::Resource;

use crate::{
    approver::{Effect, Said},
    effect,
    grants::Held,
    points::When,
    state::Run,
    stop::Stop,
};

/// A call with its decision and the proof of it.
pub(crate) struct Settled<R> {
    pub decided: Result<Permit<R>, Refusal>,
    /// The decision as it stands in the trace.
    pub proof: Value,
}

impl Run {
    /// The next decision's place in the run.
    pub(crate) fn decision_id(&mut self, now_ms: u64) -> DecisionId {
        self.decisions += 1;
        let run = self.id.get(self.id.len().saturating_sub(12)..).unwrap_or(&self.id);
        DecisionId { id: format!("dec-{run}-{}", self.decisions), run_id: self.id.clone(), time_ms: now_ms }
    }

    /// Decides on capabilities: every point is asked about all of them together.
    pub(crate) async fn decide_capabilities(
        &mut self,
        proposed: &[Proposed],
        now_ms: u64,
    ) -> Vec<(Question, Decision)> {
        let mut contexts = Vec::new();
        let mut locals = Vec::new();
        for one in proposed {
            let started = Instant::now();
            let word = one.word();
            let identity = self.standing.answer(one.name, &self.request, &self.setting, now_ms);
            locals.push(std::iter::once(self.local_answer(word, started)).chain(identity));
            let question = Question::of_capability(
                one.name,
                one.scope.clone(),
                &self.setting,
                self.gate_status.clone(),
                AuditStatus::Recording,
            );
            contexts.push(self.context_of(question, now_ms));
        }
        let answers = self.points.ask(&contexts, When::Capability).await;
        let together = contexts.into_iter().zip(locals).zip(answers);
        together
            .map(|((context, local), foreign)| {
                let request_sha256 = policy::context::digest(&self.setting_sha256, &context.question);
                let answers = local.chain(foreign).collect();
                (context.question, Decision { id: context.decision.id, request_sha256, answers })
            })
            .collect()
    }

    fn context_of(&mut self, question: Question, now_ms: u64) -> DecisionContext {
        DecisionContext { decision: self.decision_id(now_ms), setting: self.setting.clone(), question }
    }

    fn local_answer(&self, word: Word, started: Instant) -> Answer {
        Answer {
            point: "local-policy".to_owned(),
            protocol: Protocol::LocalPolicy,
            by: "this Runner".to_owned(),
            policy_sha256: Some(self.policy_sha256.clone()),
            model: None,
            word,
            latency_us: micros(started),
            cached: false,
        }
    }

    /// Decides on a call: the grant and the rules, the points that are asked at every call,
    /// and a person where one has to be asked.
    pub(crate) async fn decide_call<R: Call>(
        &mut self,
        handle: &Resource<Held>,
        call: Parsed<R>,
        now_ms: u64,
    ) -> wasmtime::Result<Settled<R>> {
        let started = Instant::now();
        let question = call.as_ref().ok().map(|call| self.question_of(call));
        let decided = policy::decide(call, self.grants.peek(handle)?, self.context(now_ms));
        let local = self.local_answer(word_of(&decided), started);
        let Some(question) = question else { return Ok(self.malformed(decided, local, now_ms)) };
        let context = self.context_of(question, now_ms);
        let identity = self.standing.answer(R::CAPABILITY, &self.request, &self.setting, now_ms);
        let mut decision = Decision {
            id: context.decision.id.clone(),
            request_sha256: policy::context::digest(&self.setting_sha256, &context.question),
            answers: std::iter::once(local).chain(identity).collect(),
        };
        let decided = heeded::<R>(decided, &decision, &[]);
        let decided = self.ask_points::<R>(decided, &context, &mut decision).await;
        let waited = matches!(decided, Decided::Asked(_)) || self.points.any(When::Call);
        let mut settled = self.settle(decided, &context.question, decision, now_ms).await?;
        if waited {
            self.stands_still(handle, &mut settled)?;
        }
        Ok(settled)
    }

    fn question_of<R: Call>(&self, call: &R) -> Question {
        Question::of_call(call, &self.setting, Default::default(), self.gate_status.clone())
    }

    /// While points were asked and a person thought, time went on: what was taken back or
    /// ended meanwhile does not happen any more.
    fn stands_still<R: Call>(
        &mut self,
        handle: &Resource<Held>,
        settled: &mut Settled<R>,
    ) -> wasmtime::Result<()> {
        self.take_back()?;
        let now_ms = kernel::clock::now_ms();
        let grant = self.grants.get(handle, &self.control)?.clone();
        let standing = policy::decide::standing(&grant, self.context(now_ms));
        let withdrawn = self.withdrawn(R::CAPABILITY, now_ms);
        let withdrawn = withdrawn.map_or(Ok(()), |objection| Err(refusal_of(objection)));
        if let Err(refusal) = standing.and(withdrawn)
            && settled.decided.is_ok()
        {
            settled.proof["ended_meanwhile"] = refusal.code.as_str().into();
            settled.decided = Err(refusal);
        }
        Ok(())
    }

    /// A call that can't be read is refused without asking anybody.
    fn malformed<R>(&mut self, decided: Decided<R>, local: Answer, now_ms: u64) -> Settled<R> {
        let id = self.decision_id(now_ms).id;
        let message = local.word.objection.as_ref().map(|objection| objection.message.clone());
        let malformed = policy::context::canonical(&json!({ "malformed": message }));
        let request_sha256 = policy::blob::sha256(malformed.as_bytes());
        let proof = Decision { id, request_sha256, answers: vec![local] }.describe();
        let refusal = match decided {
            Decided::Denied(refusal) => refusal,
            Decided::Allowed(_) | Decided::Asked(_) => {
                Refusal { code: Code::ArgumentMalformed.to_string(), message: "no call".into(), grant: None }
            }
        };
        Settled { decided: Err(refusal), proof }
    }

    /// The points that are asked at every call. What is denied already is nobody's question.
    async fn ask_points<R: Call>(
        &mut self,
        decided: Decided<R>,
        context: &DecisionContext,
        decision: &mut Decision,
    ) -> Decided<R> {
        if !self.points.any(When::Call) || matches!(decided, Decided::Denied(_)) {
            return decided;
        }
        let answers = self.points.ask(std::slice::from_ref(context), When::Call).await;
        let before = decision.asks();
        decision.answers.extend(answers.into_iter().flatten());
        if let Err(refusal) = reaches(decision, &context.question, bytes_of(&decided)) {
            return Decided::Denied(refusal);
        }
        heeded::<R>(decided, decision, &before)
    }

    /// Asks a person where one has to be asked.
    async fn settle<R: Call>(
        &mut self,
        decided: Decided<R>,
        question: &Question,
        decision: Decision,
        now_ms: u64,
    ) -> wasmtime::Result<Settled<R>> {
        let mut proof = decision.describe();
        if !question.gates.is_empty() {
            proof["gates"] = json!(question.gates);
        }
        let decided = match decided {
            Decided::Allowed(permit) => Ok(permit),
            Decided::Denied(refusal) => Err(refusal),
            Decided::Asked(asked) => {
                let approved = self.approve::<R>(&asked, question, &decision.request_sha256, now_ms)?;
                proof["approval"] = match &approved {
                    Ok(approval) => approval.proof().clone(),
                    Err(objection) => json!({ "code": objection.code.as_str() }),
                };
                permit(asked, approved, question, &decision.request_sha256)
            }
        };
        Ok(Settled { decided, proof })
    }

    /// A signed approval of this very request, else a person's word.
    fn approve<R: Call>(
        &mut self,
        asked: &Asked<R>,
        question: &Question,
        request_sha256: &str,
        now_ms: u64,
    ) -> Result<Result<Approval, Objection>, Stop> {
        if let Some(signed) = self.signed(request_sha256, now_ms)? {
            return Ok(signed);
        }
        let effect = Effect {
            function: R::FUNCTION,
            lines: effect::lines(R::FUNCTION, &question.resource.properties),
            why: asked.why().to_vec(),
            request_sha256: request_sha256.to_owned(),
        };
        let said = self.approvals.person.ask(&effect, &self.control);
        if let Some(stop) = self.control.stop() {
            return Err(stop);
        }
        Ok(match said {
            Said::Yes => Approval::said_at_terminal(request_sha256, &self.setting),
            Said::No => Err(Objection::new(Code::ApprovalDeclined, "a person was asked and declined")),
            Said::Nobody => {
                let why = asked.why().join("; ");
                Err(Objection::new(Code::ApprovalNeeded, format!("needs a person's approval: {why}")))
            }
        })
    }

    /// What the signed approvals of a request come to: the first that holds, else what is
    /// wrong with the last.
    fn signed(
        &mut self,
        request_sha256: &str,
        now_ms: u64,
    ) -> Result<Option<Result<Approval, Objection>>, Stop> {
        let mut wrong = None;
        while let Some(index) = self.approvals.signed.iter().position(|one| one.is_for(request_sha256)) {
            let signed = self.approvals.signed.remove(index);
            if let Err(objection) = signed.holds(request_sha256, &self.setting, &self.started_by, now_ms) {
                wrong = Some(Err(objection));
                continue;
            }
            let first = self.trace.claim(&self.approvals_folder, &signed.statement().id)?;
            match signed.used(if first { Claim::First } else { Claim::Again }) {
                Ok(approval) => return Ok(Some(Ok(approval))),
                Err(objection) => wrong = Some(Err(objection)),
            }
        }
        Ok(wrong)
    }

    /// Why the agent may do nothing any more, if it may not.
    pub(crate) fn withdrawn(&self, name: agent_contract::CapabilityName, now_ms: u64) -> Option<Objection> {
        self.standing.objection(name, &self.request, &self.setting, now_ms)
    }
}

fn permit<R: Call>(
    asked: Asked<R>,
    approved: Result<Approval, Objection>,
    question: &Question,
    request_sha256: &str,
) -> Result<Permit<R>, Refusal> {
    let would = effect::lines(R::FUNCTION, &question.resource.properties);
    let would: Vec<_> = would.iter().map(|line| format!("it would {line}\n")).collect();
    let would = would.concat();
    approved.map(|approval| asked.approved(approval)).map_err(|objection| Refusal {
        code: objection.code.to_string(),
        message: format!("`{}`: {}", R::FUNCTION, objection.message),
        grant: Some(format!(
            "{would}an approval of that: code-assist approval sign {request_sha256} --key KEY --as user:NAME > yes.json; then run with --approval yes.json"
        )),
    })
}

/// A decision on a call once others than the grant and the rules have had their say.
fn heeded<R: Call>(decided: Decided<R>, decision: &Decision, before: &[String]) -> Decided<R> {
    if matches!(decided, Decided::Denied(_)) || decision.stance() == Stance::Allow {
        return decided;
    }
    if let Some(refusal) = decision.refusal(&format!("`{}`", R::FUNCTION), None) {
        return Decided::Denied(refusal);
    }
    let new: Vec<_> = decision.foreign_asks().into_iter().filter(|why| !before.contains(why)).collect();
    match decided {
        decided if new.is_empty() => decided,
        Decided::Allowed(permit) => Decided::Asked(permit.held(new)),
        Decided::Asked(asked) => Decided::Asked(asked.with(new)),
        denied => denied,
    }
}

fn bytes_of<R: Call>(decided: &Decided<R>) -> u64 {
    match decided {
        Decided::Allowed(permit) => permit.call().bytes(),
        Decided::Asked(asked) => asked.call().bytes(),
        Decided::Denied(_) => 0,
    }
}

fn refusal_of(objection: Objection) -> Refusal {
    Refusal { code: objection.code.to_string(), message: objection.message, grant: None }
}

/// What a point narrows at a call must still hold the whole of it.
fn reaches(decision: &Decision, question: &Question, bytes: u64) -> Result<(), Refusal> {
    let asked = &question.capability.scope;
    let narrowed = decision.narrowed(question.capability.name, asked.clone())?;
    let enough = narrowed.bytes.is_none_or(|most| bytes <= most);
    let kept = Scope { uses: None, bytes: None, seconds: None, ..narrowed };
    match kept == *asked && enough {
        true => Ok(()),
        false => Err(Refusal {
            code: Code::PointObligation.to_string(),
            message: format!("`{}` reaches further than a decision point lets it", question.action),
            grant: None,
        }),
    }
}

fn word_of<R>(decided: &Decided<R>) -> Word {
    match decided {
        Decided::Allowed(_) => Word::allow(),
        Decided::Asked(asked) => Word::ask(asked.why().join("; ")),
        Decided::Denied(refusal) => {
            let code = Code::parse(&refusal.code).unwrap_or(Code::PolicyDenied);
            Word::deny(Objection::new(code, refusal.message.clone()))
        }
    }
}

fn micros(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}
