//! The closed sets of names in a record.

macro_rules! words {
    ( $( $(#[doc = $doc:literal])+ $name:ident { $( $(#[doc = $case_doc:literal])+ $case:ident = $text:literal, )+ } )+ ) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $( $(#[doc = $case_doc])+ $case, )+ }

        impl $name {
            /// The name as the record has it.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$case => $text, )+ }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                match <String as serde::Deserialize>::deserialize(from)?.as_str() {
                    $( $text => Ok(Self::$case), )+
                    other => Err(serde::de::Error::unknown_variant(other, &[$($text),+])),
                }
            }
        }
    )+ };
}

words! {
    /// Whether the agent may act at all.
    Status {
        /// It may.
        Active = "active",
        /// It was switched off.
        Disabled = "disabled",
        /// It is held apart until somebody has looked at it.
        Quarantine = "quarantine",
    }

    /// How far the agent is trusted.
    TrustLevel {
        /// One of our own.
        Internal = "internal",
        /// Somebody else's, looked at.
        Curated = "curated",
        /// Somebody else's.
        External = "external",
    }

    /// With whose authority the agent acts.
    Mode {
        /// Its own.
        Autonomous = "autonomous",
        /// That of another.
        Delegated = "delegated",
        /// Either.
        Hybrid = "hybrid",
    }

    /// For whom the agent acts.
    SubjectContext {
        /// For itself, or who runs it.
        FirstParty = "first_party",
        /// For a person.
        OnBehalfOfUser = "on_behalf_of_user",
        /// For a team.
        OnBehalfOfTeam = "on_behalf_of_team",
        /// For several.
        MultiParty = "multi_party",
    }

    /// How delegated authority is proved.
    ProofFormat {
        /// OAuth token exchange.
        OauthTokenExchange = "oauth_token_exchange",
        /// An OpenID identity assertion.
        OidcIdentityAssertion = "oidc_identity_assertion",
        /// Verifiable credentials.
        VerifiableCredentials = "verifiable_credentials",
        /// Biscuits.
        Biscuits = "biscuits",
        /// Macaroons.
        Macaroons = "macaroons",
    }

    /// How the agent's identity came about.
    Provisioning {
        /// By hand.
        Manual = "manual",
        /// By SCIM.
        Scim = "scim",
        /// By dynamic client registration.
        DynamicClientRegistration = "dynamic_client_registration",
        /// By the house's own system.
        InternalIam = "internal_iam",
    }
}
