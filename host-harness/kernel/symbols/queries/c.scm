; Definitions in C, and the common part of C++. Where a name lies in a declarator, however
; deep, `src/declarator.rs` finds it: patterns for each depth take a third of a second to be
; made ready. A prototype counts where it isn't inside a function, where it would often be none.
(function_definition) @function
(type_definition) @type
(translation_unit (declaration) @declaration)
(preproc_ifdef (declaration) @declaration)
(preproc_if (declaration) @declaration)
(preproc_else (declaration) @declaration)
(declaration_list (declaration) @declaration)
(struct_specifier name: (type_identifier) @name body: (_)) @struct
(union_specifier name: (type_identifier) @name body: (_)) @struct
(enum_specifier name: (type_identifier) @name body: (_)) @enum
(preproc_def name: (identifier) @name value: (_)) @macro
(preproc_function_def name: (identifier) @name) @macro
