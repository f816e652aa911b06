# What the coding agent may do. An example to begin with: allowed is what one rule permits
# and none forbids. The input is the Runner's decision context.
package code_assist

import rego.v1

default allow := false

allow if {
	permitted
	count(forbidden) == 0
}

capability := input.question.capability.name

run_mode := input.setting.run_mode

# Changes nothing outside the run's own overlay.
looking := {"repo.read", "repo.diff", "repo.check", "security.scan", "audit.write"}

# Leaves the machine, or makes something others can see.
publishing := {"repo.commit", "repo.push", "repo.open_pr"}

changing_modes := {"proposed_change", "production_change"}

production_gates := {"audit_trace", "secrets", "checks"}

permitted if capability in looking

permitted if {
	capability == "repo.write"
	run_mode in changing_modes
}

permitted if {
	capability in publishing
	run_mode in changing_modes
	branch_is_ours
}

# People may be told by people's agents, through the team's own binding.
permitted if {
	capability == "notify.send"
	input.setting.subject.type != "service"
	startswith(input.question.resource.id, "notify.")
}

# Where no branch is named the Runner makes one of its own.
branch_is_ours if input.setting.branch.work == null

# Asked of null, `startswith` would fail, and a rule that fails denies everything.
branch_is_ours if {
	is_string(input.setting.branch.work)
	startswith(input.setting.branch.work, "code-assist/")
}

forbidden contains "what is deployed is changed with a change ticket only" if {
	capability == "repo.write"
	some path in object.get(input.question.capability.scope, "paths", [])
	deployed(path)
	not has_change_ticket
}

forbidden contains sprintf("in production gate %s must have passed", [gate]) if {
	run_mode == "production_change"
	capability in publishing
	some gate in production_gates
	object.get(input.question.gates, gate, "missing") != "pass"
}

forbidden contains "a service only proposes" if {
	input.setting.subject.type == "service"
	run_mode == "production_change"
	not capability in looking
}

forbidden contains "the request was handed on too often" if input.setting.agent.delegation_depth > 2

deployed(path) if path == "deploy"

deployed(path) if startswith(path, "deploy/")

has_change_ticket if {
	ticket := input.setting.caller.opa.change_ticket
	is_string(ticket)
	startswith(ticket, "CHG-")
}
