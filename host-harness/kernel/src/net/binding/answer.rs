//! An answer, as it comes.

use policy::Code;
use reqwest::{
    Response,
    header::{CONTENT_TYPE, HeaderValue},
};
use tokio::time::{Instant, timeout_at};

use super::{
    Incoming,
    asked::Asked,
    attempt::{Sink, silent},
    open::Opened,
    until::{Begun, Until},
};
use crate::net::{
    failure::{self, Fault, Sent},
    frames::{self, Frames},
    meter::Usage,
    redact::Passing,
    usage::Reader,
};

/// The content type of what frames become.
const EVENTS: &str = "text/event-stream";

/// Where nobody told what a model's answer cost that has no end: so many bytes of a request are a
/// token at the least, and so many of a stream of events at the most.
const ASKED_BYTES_OF_A_TOKEN: u64 = 3;
const HEARD_BYTES_OF_A_TOKEN: u64 = 8;

impl Opened {
    /// Hears an answer that has begun.
    pub(super) async fn answer(
        &self,
        asked: &Asked,
        mut response: Response,
        until: Until,
        sink: &mut Sink<'_>,
    ) -> Result<Incoming, Fault> {
        let status = response.status();
        let mut heard = self.hearing(&mut response, until);
        let headers = self.heard_headers(&response);
        self.meter.hear(headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() as u64)?;
        let mut whole = Sink::Whole;
        let sink = if status.is_success() { sink } else { &mut whole };
        let ended = self.hear(&mut response, &mut heard, sink).await;
        let cut = ended.as_ref().err().filter(|fault| self.is_cut(fault)).map(|fault| fault.code);
        let (bytes, costs) = (heard.bytes, heard.cost.take());
        let usage = self.spend(costs, &ended, reckoned(asked, bytes));
        if cut.is_none() {
            ended?;
        }
        let body = heard.rest(self, sink);
        Ok(Incoming { status: status.as_u16(), headers, body, attempts: Vec::new(), usage, cut })
    }

    fn hearing(&self, response: &mut Response, until: Until) -> Heard {
        let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let framed = self.model.is_some() && kind.is_some_and(is_framed);
        if framed {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(EVENTS));
        }
        let good = response.status().is_success();
        let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let costs = self.usage.clone().filter(|_| good);
        Heard {
            cost: costs.map(|config| Reader::new(config, kind.unwrap_or_default())),
            frames: framed.then(Frames::default),
            passing: self.redaction.passing(),
            bytes: 0,
            whole: Vec::new(),
            sent: Sent::Perhaps,
            until,
            good,
            begun: if kind.is_some_and(is_events) { Begun::AtLine } else { Begun::Yes },
        }
    }

    /// Counts what an answer cost. Of one that broke off, or that a model's provider gave in
    /// place of an answer, that can only be reckoned.
    fn spend(&self, cost: Option<Reader>, ended: &Result<(), Fault>, reckoned: Usage) -> Option<Usage> {
        let cost = cost?;
        let input_tokens = cost.input().unwrap_or(reckoned.input_tokens);
        let (usage, is_answer) = match ended {
            Ok(()) => cost.finish(),
            Err(_) => (None, false),
        };
        let reckons = self.model.is_some() && !is_answer;
        self.meter.spend(usage.or(reckons.then_some(Usage { input_tokens, ..reckoned })));
        usage
    }

    /// Whether a good answer of a model was handed on up to where it broke off: what came is
    /// told then, for it was paid for.
    fn is_cut(&self, fault: &Fault) -> bool {
        self.model.is_some() && fault.sent == Sent::Heard && fault.is_passing()
    }

    fn heard_headers(&self, response: &Response) -> Vec<(String, String)> {
        let text = |value: &HeaderValue| {
            String::from_utf8_lossy(&self.redaction.whole(value.as_bytes().to_vec())).into_owned()
        };
        response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect()
    }

    /// Hears the body to its end.
    async fn hear(
        &self,
        response: &mut Response,
        heard: &mut Heard,
        sink: &mut Sink<'_>,
    ) -> Result<(), Fault> {
        while let Some(piece) = self.piece(response, heard).await.map_err(|fault| heard.blamed(fault))? {
            heard.bytes += piece.len() as u64;
            self.measured(heard.bytes, piece.len()).map_err(|fault| heard.blamed(fault))?;
            let piece = heard.unpacked(piece).map_err(|fault| heard.blamed(fault))?;
            heard.begun = heard.begun.push(&piece);
            if let Some(cost) = heard.cost.as_mut() {
                cost.push(&piece);
            }
            heard.take(piece, sink);
        }
        match heard.frames.as_ref().is_none_or(Frames::is_whole) {
            true => Ok(()),
            false => {
                let what = "the answer ends before it should".to_owned();
                Err(heard.blamed(Fault::late(Code::NetCutOff, what)))
            }
        }
    }

    fn measured(&self, bytes: u64, more: usize) -> Result<(), Fault> {
        let max = self.response_bytes_max;
        if bytes > max {
            let what = format!("the answer is longer than the {max} bytes that it may have");
            return Err(Fault::late(Code::NetOversized, what));
        }
        self.meter.hear(more as u64)
    }

    async fn piece(&self, response: &mut Response, heard: &Heard) -> Result<Option<Vec<u8>>, Fault> {
        let end = heard.end();
        let idle = Instant::now() + self.times.idle;
        match timeout_at(end.min(idle), response.chunk()).await {
            Ok(piece) => Ok(piece.map_err(|error| failure::unfinished(&error))?.map(|piece| piece.to_vec())),
            Err(_) if idle < end => {
                let what = format!("the answer paused for {} ms", self.times.idle.as_millis());
                Err(Fault::late(Code::NetIdle, what))
            }
            Err(_) if end < heard.until.end => Err(silent()),
            Err(_) => Err(Fault::late(Code::NetSlow, "the answer began and did not end in time".to_owned())),
        }
    }
}

fn is_framed(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case(frames::CONTENT_TYPE)
}

fn is_events(kind: &str) -> bool {
    kind.trim_start().to_ascii_lowercase().starts_with(EVENTS)
}

fn reckoned(asked: &Asked, heard_bytes: u64) -> Usage {
    Usage {
        input_tokens: asked.body.len() as u64 / ASKED_BYTES_OF_A_TOKEN,
        output_tokens: heard_bytes / HEARD_BYTES_OF_A_TOKEN,
        ..Usage::default()
    }
}

/// What has come of an answer.
struct Heard {
    cost: Option<Reader>,
    frames: Option<Frames>,
    passing: Passing,
    bytes: u64,
    whole: Vec<u8>,
    sent: Sent,
    until: Until,
    good: bool,
    begun: Begun,
}

impl Heard {
    /// Patience is for what has not begun: a good answer may go on.
    fn end(&self) -> Instant {
        match (self.good && self.bytes > 0, self.begun) {
            (true, Begun::Yes) => self.until.end,
            (true, _) => self.until.end.min(self.until.alive),
            (false, _) => self.until.patience,
        }
    }

    fn unpacked(&mut self, piece: Vec<u8>) -> Result<Vec<u8>, Fault> {
        match &mut self.frames {
            Some(frames) => frames.push(&piece),
            None => Ok(piece),
        }
    }

    fn take(&mut self, piece: Vec<u8>, sink: &mut Sink<'_>) {
        match sink {
            Sink::Whole => self.whole.extend_from_slice(&piece),
            Sink::Pieces(hear) => {
                let clean = self.passing.push(&piece);
                if !clean.is_empty() {
                    self.sent = Sent::Heard;
                    hear(&clean);
                }
            }
        }
    }

    /// What is not handed on yet: to whoever hears pieces, or as the body.
    fn rest(self, opened: &Opened, sink: &mut Sink<'_>) -> Vec<u8> {
        match sink {
            Sink::Whole => opened.redaction.whole(self.whole),
            Sink::Pieces(hear) => {
                let rest = self.passing.finish();
                if !rest.is_empty() {
                    hear(&rest);
                }
                Vec::new()
            }
        }
    }

    /// A fault, which after the first piece is one that nothing makes good.
    fn blamed(&self, fault: Fault) -> Fault {
        fault.sent(self.sent)
    }
}
