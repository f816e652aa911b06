//! Everything in a rule that calls, refers or replaces, wherever it is nested.

use regorus::unstable::{Expr, Literal, LiteralStmt, Query, Rule, RuleAssign, RuleHead, Span, WithModifier};

/// Something in a rule that leads elsewhere.
pub(super) enum Seen<'a> {
    /// A function is called.
    Call(&'a Span, &'a Expr),
    /// A variable, or a reference with all its segments.
    Reference(&'a Expr),
    /// A document is replaced for the length of a statement.
    With(&'a WithModifier),
}

/// Shows everything in a rule.
pub(super) fn rule<'a>(rule: &'a Rule, see: &mut dyn FnMut(Seen<'a>)) {
    match rule {
        Rule::Default { args, value, .. } => {
            args.iter().for_each(|arg| expr(arg, see));
            expr(value, see);
        }
        Rule::Spec { head, bodies, .. } => {
            self::head(head, see);
            for body in bodies {
                assigned(body.assign.as_ref(), see);
                query(&body.query, see);
            }
        }
    }
}

/// The name in a head is where the rule is, not where it leads.
fn head<'a>(head: &'a RuleHead, see: &mut dyn FnMut(Seen<'a>)) {
    match head {
        RuleHead::Compr { refr, assign, .. } => {
            indices(refr, see);
            assigned(assign.as_ref(), see);
        }
        RuleHead::Set { refr, key, .. } => {
            indices(refr, see);
            key.iter().for_each(|key| expr(key, see));
        }
        RuleHead::Func { args, assign, .. } => {
            args.iter().for_each(|arg| expr(arg, see));
            assigned(assign.as_ref(), see);
        }
    }
}

fn assigned<'a>(assign: Option<&'a RuleAssign>, see: &mut dyn FnMut(Seen<'a>)) {
    if let Some(assign) = assign {
        expr(&assign.value, see);
    }
}

fn query<'a>(query: &'a Query, see: &mut dyn FnMut(Seen<'a>)) {
    query.stmts.iter().for_each(|statement| self::statement(statement, see));
}

fn statement<'a>(statement: &'a LiteralStmt, see: &mut dyn FnMut(Seen<'a>)) {
    match &statement.literal {
        Literal::SomeVars { .. } => {}
        Literal::SomeIn { key, value, collection, .. } => {
            key.iter().chain([value, collection]).for_each(|part| expr(part, see));
        }
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => self::expr(expr, see),
        Literal::Every { domain, query, .. } => {
            expr(domain, see);
            self::query(query, see);
        }
    }
    for with in &statement.with_mods {
        see(Seen::With(with));
        expr(&with.r#as, see);
    }
}

fn expr<'a>(expr: &'a Expr, see: &mut dyn FnMut(Seen<'a>)) {
    match expr {
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. } => {}
        Expr::Var { .. } => see(Seen::Reference(expr)),
        Expr::RefDot { .. } | Expr::RefBrack { .. } => reference(expr, see),
        Expr::Call { span, fcn, params, .. } => {
            see(Seen::Call(span, fcn));
            params.iter().for_each(|param| self::expr(param, see));
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().for_each(|item| self::expr(item, see));
        }
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| pair(key, value, see)),
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            self::expr(term, see);
            self::query(query, see);
        }
        Expr::ObjectCompr { key, value, query, .. } => {
            pair(key, value, see);
            self::query(query, see);
        }
        Expr::UnaryExpr { expr, .. } => self::expr(expr, see),
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => pair(lhs, rhs, see),
        Expr::Membership { key, value, collection, .. } => {
            key.iter().chain([value, collection]).for_each(|part| self::expr(part, see));
        }
    }
}

fn pair<'a>(one: &'a Expr, other: &'a Expr, see: &mut dyn FnMut(Seen<'a>)) {
    expr(one, see);
    expr(other, see);
}

fn reference<'a>(whole: &'a Expr, see: &mut dyn FnMut(Seen<'a>)) {
    match indices(whole, see) {
        Expr::Var { .. } => see(Seen::Reference(whole)),
        base => expr(base, see),
    }
}

/// Shows what is in the brackets of a reference; returns what the reference begins with.
/// A loop, because references can be long.
fn indices<'a>(mut refr: &'a Expr, see: &mut dyn FnMut(Seen<'a>)) -> &'a Expr {
    loop {
        match refr {
            Expr::RefDot { refr: before, .. } => refr = before,
            Expr::RefBrack { refr: before, index, .. } => {
                expr(index, see);
                refr = before;
            }
            base => return base,
        }
    }
}
