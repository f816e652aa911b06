use symbols::Language;

/// The names that grammars have for what every language has.
pub(crate) struct Table {
    pub languages: &'static [Language],
    pub functions: &'static [&'static str],
    /// Strings, with or without pieces that are computed.
    pub strings: &'static [&'static str],
    /// Other constants.
    pub literals: &'static [&'static str],
    /// What is constant where everything in it is.
    pub containers: &'static [&'static str],
    pub names: &'static [&'static str],
    /// What is a name inside of something that has a name.
    pub paths: &'static [&'static str],
    /// Names of types, where they are another kind than names of values.
    pub types: &'static [&'static str],
    /// Types that are named with what they are in.
    pub type_paths: &'static [&'static str],
    /// Computed pieces of strings.
    pub interpolations: &'static [&'static str],
    /// Two operands with an operator between.
    pub sums: &'static [&'static str],
    pub calls: &'static [&'static str],
    pub indices: &'static [&'static str],
    pub choices: &'static [&'static str],
    /// Lists of parameters.
    pub parameters: &'static [&'static str],
    pub imports: &'static [&'static str],
    /// A kind, the field of the names, and the field of the value.
    pub assignments: &'static [(&'static str, &'static str, &'static str)],
}

const NONE: &[&str] = &[];

const PYTHON: Table = Table {
    languages: &[Language::Python],
    functions: &["function_definition", "lambda"],
    strings: &["string", "concatenated_string"],
    literals: &["integer", "float", "true", "false", "none"],
    containers: &[
        "list",
        "tuple",
        "set",
        "dictionary",
        "pair",
        "parenthesized_expression",
        "unary_operator",
        "expression_list",
    ],
    names: &["identifier"],
    paths: &["attribute"],
    types: NONE,
    type_paths: NONE,
    interpolations: &["interpolation"],
    sums: &["binary_operator"],
    calls: &["call"],
    indices: &["subscript"],
    choices: &["conditional_expression", "boolean_operator"],
    parameters: &["parameters", "lambda_parameters"],
    imports: &["import_statement", "import_from_statement"],
    assignments: &[
        ("assignment", "left", "right"),
        ("augmented_assignment", "left", "right"),
        ("named_expression", "name", "value"),
        ("for_statement", "left", "right"),
        ("for_in_clause", "left", "right"),
    ],
};

const JAVASCRIPT: Table = Table {
    languages: &[Language::JavaScript, Language::TypeScript, Language::Tsx],
    functions: &[
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "generator_function",
        "generator_function_declaration",
    ],
    strings: &["string", "template_string"],
    literals: &["number", "true", "false", "null", "undefined", "regex"],
    containers: &[
        "array",
        "object",
        "pair",
        "parenthesized_expression",
        "unary_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "property_identifier",
    ],
    names: &["identifier", "property_identifier", "shorthand_property_identifier_pattern"],
    paths: &["member_expression"],
    types: NONE,
    type_paths: NONE,
    interpolations: &["template_substitution"],
    sums: &["binary_expression"],
    calls: &["call_expression", "new_expression"],
    indices: &["subscript_expression"],
    choices: &["ternary_expression"],
    parameters: &["formal_parameters"],
    imports: &["import_statement"],
    assignments: &[
        ("variable_declarator", "name", "value"),
        ("assignment_expression", "left", "right"),
        ("augmented_assignment_expression", "left", "right"),
        ("for_in_statement", "left", "right"),
    ],
};

const GO: Table = Table {
    languages: &[Language::Go],
    functions: &["function_declaration", "method_declaration", "func_literal"],
    strings: &["interpreted_string_literal", "raw_string_literal"],
    literals: &["int_literal", "float_literal", "true", "false", "nil", "rune_literal"],
    containers: &[
        "composite_literal",
        "literal_value",
        "literal_element",
        "keyed_element",
        "parenthesized_expression",
        "unary_expression",
        "expression_list",
        "slice_type",
        "type_identifier",
    ],
    names: &["identifier", "field_identifier", "package_identifier"],
    paths: &["selector_expression"],
    types: NONE,
    type_paths: NONE,
    interpolations: NONE,
    sums: &["binary_expression"],
    calls: &["call_expression"],
    indices: &["index_expression"],
    choices: NONE,
    parameters: &["parameter_list"],
    imports: &["import_spec"],
    assignments: &[
        ("short_var_declaration", "left", "right"),
        ("assignment_statement", "left", "right"),
        ("var_spec", "name", "value"),
        ("const_spec", "name", "value"),
        ("range_clause", "left", "right"),
    ],
};

const JAVA: Table = Table {
    languages: &[Language::Java],
    functions: &["method_declaration", "constructor_declaration", "lambda_expression"],
    strings: &["string_literal"],
    literals: &[
        "decimal_integer_literal",
        "hex_integer_literal",
        "decimal_floating_point_literal",
        "true",
        "false",
        "null_literal",
        "character_literal",
        "class_literal",
    ],
    containers: &["array_initializer", "parenthesized_expression", "unary_expression"],
    names: &["identifier"],
    paths: &["field_access"],
    types: &["type_identifier"],
    type_paths: &["scoped_type_identifier"],
    interpolations: NONE,
    sums: &["binary_expression"],
    calls: &["method_invocation", "object_creation_expression"],
    indices: &["array_access"],
    choices: &["ternary_expression"],
    parameters: &["formal_parameters", "inferred_parameters"],
    imports: &["import_declaration"],
    assignments: &[
        ("variable_declarator", "name", "value"),
        ("assignment_expression", "left", "right"),
        ("enhanced_for_statement", "name", "value"),
        ("resource", "name", "value"),
    ],
};

const RUST: Table = Table {
    languages: &[Language::Rust],
    functions: &["function_item", "closure_expression"],
    strings: &["string_literal", "raw_string_literal"],
    literals: &["integer_literal", "float_literal", "boolean_literal", "char_literal"],
    containers: &[
        "array_expression",
        "tuple_expression",
        "reference_expression",
        "parenthesized_expression",
        "unary_expression",
    ],
    names: &["identifier", "type_identifier"],
    paths: &["scoped_identifier", "scoped_type_identifier"],
    types: NONE,
    type_paths: NONE,
    interpolations: NONE,
    sums: &["binary_expression"],
    calls: &["call_expression", "macro_invocation"],
    indices: &["index_expression"],
    choices: NONE,
    parameters: &["parameters", "closure_parameters"],
    imports: &["use_declaration"],
    assignments: &[
        ("let_declaration", "pattern", "value"),
        ("let_condition", "pattern", "value"),
        ("assignment_expression", "left", "right"),
        ("compound_assignment_expr", "left", "right"),
        ("const_item", "name", "value"),
        ("static_item", "name", "value"),
        ("for_expression", "pattern", "value"),
    ],
};

const C: Table = Table {
    languages: &[Language::C, Language::Cpp],
    functions: &["function_definition", "lambda_expression"],
    strings: &["string_literal", "concatenated_string", "raw_string_literal"],
    literals: &["number_literal", "true", "false", "null", "char_literal", "sizeof_expression"],
    containers: &["initializer_list", "parenthesized_expression", "unary_expression"],
    names: &["identifier", "namespace_identifier", "type_identifier"],
    paths: &["qualified_identifier"],
    types: NONE,
    type_paths: NONE,
    interpolations: NONE,
    sums: &["binary_expression"],
    calls: &["call_expression"],
    indices: &["subscript_expression"],
    choices: &["conditional_expression"],
    parameters: &["parameter_list"],
    imports: &["preproc_include"],
    assignments: &[("init_declarator", "declarator", "value"), ("assignment_expression", "left", "right")],
};

pub(super) const ALL: [&Table; 6] = [&PYTHON, &JAVASCRIPT, &GO, &JAVA, &RUST, &C];

impl Table {
    pub fn of(language: Language) -> Option<&'static Self> {
        ALL.into_iter().find(|table| table.languages.contains(&language))
    }

    #[cfg(test)]
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        let lists = [
            self.functions,
            self.strings,
            self.literals,
            self.containers,
            self.names,
            self.paths,
            self.types,
            self.type_paths,
            self.interpolations,
            self.sums,
            self.calls,
            self.indices,
            self.choices,
            self.parameters,
            self.imports,
        ];
        let assignments = self.assignments.iter().map(|(kind, ..)| *kind);
        lists.into_iter().flatten().copied().chain(assignments)
    }
}
