//! wip
#![allow(missing_docs)]
use std::collections::{BTreeMap, BTreeSet};
use agent_contract::{RepoPath, Failure, proposal::Proposal};
use crate::host::{Change, Content};
#[derive(Debug)]
pub struct EditSet(Vec<(RepoPath, Vec<u8>)>);
impl EditSet { pub fn paths(&self) -> BTreeSet<RepoPath> { self.0.iter().map(|x| x.0.clone()).collect() } }
#[derive(Debug, thiserror::Error)]
#[error("bad")]
pub struct ProposalFault;
impl ProposalFault { pub fn code(&self) -> &'static str { "proposal-malformed" } }
#[derive(Debug)]
pub struct Mismatch;
impl From<Mismatch> for Failure { fn from(_: Mismatch) -> Self { Failure::new("edit-not-found", "x") } }
pub fn parse(p: &Proposal) -> Result<EditSet, ProposalFault> { let (a, b) = p.text.split_once('\n').ok_or(ProposalFault)?; Ok(EditSet(vec![(RepoPath::parse(a).map_err(|_| ProposalFault)?, b.as_bytes().to_vec())])) }
pub fn apply(s: &EditSet, _f: &BTreeMap<RepoPath, Option<Content>>) -> Result<Vec<Change>, Mismatch> { Ok(s.0.iter().map(|(p, b)| Change::Write { path: p.clone(), bytes: b.clone(), mode: None }).collect()) }
