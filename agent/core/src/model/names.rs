/// An enum whose members are a closed set of names: parsed once, printed the same way
/// everywhere.
macro_rules! names {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$case_meta:meta])* $case:ident = $wire:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $( $(#[$case_meta])* $case, )+
        }

        impl $name {
            /// Every member, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$case),+];

            /// Its name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$case => $wire),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = agent_contract::fault::Unknown;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = || Self::ALL.iter().map(|case| case.as_str());
                let found = Self::ALL.iter().copied().find(|case| case.as_str() == text);
                found.ok_or_else(|| agent_contract::fault::Unknown::new(text, known()))
            }
        }
    };
}

pub(super) use names;
