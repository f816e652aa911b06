use policy::call::{InvokeCall, NotifyCall, PublishCall};
use wasmtime::component::Resource;

use crate::{
    bindings::agennext::code_assist::network::Host,
    gate::{self, Answer},
    grants::Held,
    outside::Outside,
    state::Run,
    transcript::Said,
};

impl Host for Run {
    async fn invoke(
        &mut self,
        handle: Resource<Held>,
        binding: String,
        action: String,
        input: String,
    ) -> Answer<String> {
        let call = InvokeCall::parse(&binding, &action, &input);
        let control = self.control.clone();
        let perform =
            async |outside: &mut Outside, permit| control.unless_over(outside.bindings.invoke(permit)).await;
        gate::run(self, &handle, Said::all(&[&binding, &action, &input]), call, perform).await
    }

    async fn publish_metadata(
        &mut self,
        handle: Resource<Held>,
        binding: String,
        metadata: String,
    ) -> Answer<String> {
        let call = PublishCall::parse(&binding, &metadata);
        let control = self.control.clone();
        let perform =
            async |outside: &mut Outside, permit| control.unless_over(outside.bindings.publish(permit)).await;
        gate::run(self, &handle, Said::all(&[&binding, &metadata]), call, perform).await
    }

    async fn notify(&mut self, handle: Resource<Held>, binding: String, message: String) -> Answer<()> {
        let call = NotifyCall::parse(&binding, &message);
        let said = Said::all(&[&binding, &message]);
        gate::run(self, &handle, said, call, async |outside, permit| outside.promise_notice(permit)).await
    }
}
