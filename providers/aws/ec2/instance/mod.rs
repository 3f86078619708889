//! `aws_instance`: a virtual machine.

mod attributes;
mod network;
mod options;
mod read;
mod request;
mod update;
mod volumes;

use crate::account::site::Site;
use crate::ec2::{filter, mark_filter, unmark};
use crate::fault::{Attempt, found};
use async_trait::async_trait;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, Instance as Description, InstanceStateName as State, ShutdownBehavior,
};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{
    Call, Deadline, Fault, FaultKind, Fields, Object, Planning, Readings, Resource, Tags,
};

/// `aws_instance`
pub(crate) struct Instance;

/// Arguments that exclude each other.
const CONFLICTS: [(&str, &str); 5] = [
    ("host_id", "host_resource_group_arn"),
    ("ipv6_address_count", "ipv6_addresses"),
    ("network_interface", "primary_network_interface"),
    ("placement_group", "placement_group_id"),
    ("user_data", "user_data_base64"),
];

/// Changing these, like user data, needs the instance to be stopped.
const STOPPING: [&str; 3] =
    ["capacity_reservation_specification", "host_resource_group_arn", "instance_type"];

#[async_trait]
impl Resource<Site> for Instance {
    fn patience(&self) -> Duration {
        Duration::from_mins(20)
    }

    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let is_used = |name: &str| {
            let value = config.field(name);
            value.is_some_and(|value| match value.as_sequence() {
                Some(items) => !items.is_empty(),
                None => value.is_known() && !value.is_null(),
            })
        };
        let given = ["network_interface", "primary_network_interface"];
        let made = given.into_iter().flat_map(|given| network::MADE.map(|made| (given, made)));
        for (one, other) in CONFLICTS.into_iter().chain(made) {
            if is_used(one) && is_used(other) {
                let detail = format!("The arguments {one} and {other} exclude each other.");
                diagnostics.push(Diagnostic::error("Conflicting configuration arguments", detail));
            }
        }
        let has = |name| config.is_set(name) || config.is_unknown(name);
        if config.items("launch_template").is_empty() && (!has("ami") || !has("instance_type")) {
            let detail = "Without a launch_template block, both ami and instance_type must be set.";
            diagnostics.push(Diagnostic::error("Missing required argument", detail));
        }
        diagnostics
    }

    /// The API tells these one instance and one attribute at a time.
    fn costly(&self) -> &'static [&'static str] {
        &["disable_api_stop", "disable_api_termination", "instance_initiated_shutdown_behavior"]
    }

    fn plan(&self, planning: &mut Planning<'_>) {
        leave_tags_to_volume_tags(planning);
        // It is written one way or the other.
        if planning.config.is_set("user_data") || planning.config.is_unknown("user_data") {
            planning.planned.put_null("user_data_base64");
        }
        let new_data =
            planning.prior.is_some_and(|prior| !request::is_same_user_data(prior, &planning.planned));
        let replaces = new_data && planning.planned.flag("user_data_replace_on_change") == Some(true);
        for name in ["user_data", "user_data_base64"] {
            if replaces && planning.changes(name) {
                planning.replace(name);
            }
        }
        if new_data || planning.changes_any(&STOPPING) {
            planning.unsettle(&["public_dns", "public_ip"]);
        }
        // Of an interface that exists, its own resource says whether it checks.
        if network::is_given(planning.config)
            && let Some(prior) = planning.prior
        {
            let is_checked = prior.flag("source_dest_check");
            planning.planned.put_flag("source_dest_check", is_checked);
        }
    }

    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        read::read_many(site, objects).await
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        // A role or profile made a moment ago may not be known everywhere yet.
        let is_early = |fault: &Fault| fault.code == "InvalidParameterValue" && fault.message.contains("IAM");
        let deadline = call.deadline.within(Duration::from_mins(2));
        let root = request::root_device(call.site, object).await?;
        let attempt = || async { request::run(call, object, root.as_deref())?.send().await.plain() };
        let made = deadline.retry(is_early, attempt).await?;
        object.put_text("id", made.instances().first().and_then(Description::instance_id));
        let id = object.id_or_empty().to_owned();
        let launched = made.instances().first().and_then(Description::launch_time);
        attributes::settle_new(object, launched);
        wait_running(call, &id).await?;
        update::finish_creation(call, &id, object).await?;
        if object.flag("get_password_data") == Some(true) {
            wait_password(call, &id).await?;
        }
        Ok(())
    }

    async fn update(&self, call: &Call<'_, Site>, prior: &Object, object: &mut Object) -> Result<(), Fault> {
        update::update(call, prior, object).await
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        let (site, id) = (call.site, object.id_or_empty());
        if let Some(request) = object.text("spot_instance_request_id") {
            // A persistent request would start another instance.
            let cancel = site.ec2.cancel_spot_instance_requests().spot_instance_request_ids(request);
            found(cancel.send().await.attempt("cancelling the spot request of the instance"))?;
        }
        if object.flag("force_destroy") == Some(true) {
            let off = AttributeBooleanValue::builder().value(false).build();
            let request = site.ec2.modify_instance_attribute().instance_id(id).disable_api_termination(off);
            let outcome = request.send().await.attempt("lifting the termination protection of the instance");
            match outcome {
                // It is going already; whether it goes is said below.
                Err(fault) if fault.code == "IncorrectInstanceState" => {}
                outcome => drop(found(outcome)?),
            }
        }
        let outcome = site.ec2.terminate_instances().instance_ids(id).send().await.plain();
        outcome.map_err(|fault| match fault.code.as_str() {
            "OperationNotPermitted" => {
                fault.hint("Set disable_api_termination to false (or force_destroy to true) and apply first.")
            }
            _ => fault,
        })?;
        let gone = || async {
            let state = state(site, id).await?;
            Ok(state.is_none_or(|state| state == State::Terminated).then_some(()))
        };
        call.deadline.until("the instance to terminate", gone).await
    }

    /// Repeating the call with its client token would tell as well, but would make what was never made.
    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let request = call.site.ec2.describe_instances().filters(mark_filter(call.token));
        let made = request.send().await.plain()?;
        let instances = made.reservations().iter().flat_map(aws_sdk_ec2::types::Reservation::instances);
        let mut made = instances.filter(|instance| !read::is_gone(instance));
        Ok(object.identify(made.find_map(Description::instance_id)))
    }

    async fn settle(&self, site: &Site, object: &Object) -> Result<(), Fault> {
        unmark(site, object.id_or_empty()).await
    }
}

/// Where `volume_tags` says how all volumes are tagged, blocks of volumes don't.
fn leave_tags_to_volume_tags(planning: &mut Planning<'_>) {
    if planning.config.field("volume_tags").is_some_and(trueup_value::Value::is_null) {
        return;
    }
    for name in ["root_block_device", "ebs_block_device"] {
        let blank = planning.planned.blank_item(name);
        let items = planning.planned.items(name);
        if planning.config.items(name).is_empty() || items.is_empty() {
            continue;
        }
        let items: Vec<Object> = items
            .iter()
            .map(|item| {
                let mut block = blank.clone();
                let fields = item.as_mapping().into_iter().flatten();
                fields
                    .filter(|(name, _)| &***name != "tags_all")
                    .for_each(|(name, v)| block.put(name, v.clone()));
                block
            })
            .collect();
        planning.planned.put_items(name, items);
    }
}

/// The state of an instance; None when the API doesn't know it (any more, or yet).
async fn state(site: &Site, id: &str) -> Result<Option<State>, Fault> {
    let request = site.ec2.describe_instances().filters(filter("instance-id", [id]));
    let answer = request.send().await.plain()?;
    let mut instances = answer.reservations().iter().flat_map(aws_sdk_ec2::types::Reservation::instances);
    Ok(instances.next().and_then(|instance| instance.state()?.name().cloned()))
}

/// Waits for a state; another final one is a failure.
async fn wait_state(call: &Call<'_, Site>, id: &str, wanted: State) -> Result<(), Fault> {
    let reached = || async {
        match state(call.site, id).await? {
            Some(state) if state == wanted => Ok(Some(())),
            Some(State::Terminated | State::ShuttingDown) => {
                let message =
                    format!("the instance {id} terminated while it was to become {}", wanted.as_str());
                Err(Fault::new(FaultKind::Other, message).hint(
                    "See the instance's state reason in the console: quota, volume encryption or image.",
                ))
            }
            _ => Ok(None),
        }
    };
    call.deadline.until(&format!("the instance to become {}", wanted.as_str()), reached).await
}

/// Windows makes a password while it starts for the first time.
async fn wait_password(call: &Call<'_, Site>, id: &str) -> Result<(), Fault> {
    let is_told = || async {
        let answer = call.site.ec2.get_password_data().instance_id(id).send().await.plain()?;
        Ok(answer.password_data().is_some_and(|data| !data.is_empty()).then_some(()))
    };
    let deadline = call.deadline.within(Duration::from_mins(15));
    deadline.until("the password of the instance", is_told).await
}

/// Stops an instance and waits until it has; `what` says what for.
pub(crate) async fn stop(call: &Call<'_, Site>, id: &str, what: &str) -> Result<(), Fault> {
    call.site.ec2.stop_instances().instance_ids(id).send().await.attempt(what)?;
    wait_state(call, id, State::Stopped).await
}

/// Starts an instance that was stopped, or is being stopped, and waits until it runs.
async fn start(call: &Call<'_, Site>, id: &str, deadline: Deadline) -> Result<(), Fault> {
    let call = Call { site: call.site, token: call.token, deadline };
    let at_rest = || async {
        let state = state(call.site, id).await?;
        Ok(state.filter(|state| !matches!(state, State::Stopping | State::Pending)))
    };
    let state = deadline.until("the instance to come to rest", at_rest).await?;
    if state != State::Running {
        let request = call.site.ec2.start_instances().instance_ids(id);
        request.send().await.attempt("starting the instance again")?;
    }
    wait_running(&call, id).await
}

async fn wait_running(call: &Call<'_, Site>, id: &str) -> Result<(), Fault> {
    wait_state(call, id, State::Running).await
}

/// The shutdown behaviour by its name in configurations.
fn shutdown_behavior(object: &Object) -> Option<ShutdownBehavior> {
    object.text("instance_initiated_shutdown_behavior").map(ShutdownBehavior::from)
}

/// What volumes are tagged with.
fn volume_tags(object: &Object) -> Tags {
    object.map("volume_tags")
}
