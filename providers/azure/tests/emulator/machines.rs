//! What comes of machines when things around them change: they are off for no longer than they have to be, keep what
//! Git doesn't manage, and leave behind what they are told to.

use crate::cloud::{Azure, Cloud, within};
use crate::fake::World;
use serde_json::json;
use std::sync::Arc;
use trueup_provider::{ApplyRequest, PlanAnswer, Private};
use trueup_provider_walk::{Ills, Mishap, Running, Stand, text};
use trueup_value::Value;

const MACHINE: &str = "azurerm_linux_virtual_machine";
const DISK: &str = "azurerm_managed_disk";
const ATTACHMENT: &str = "azurerm_virtual_machine_data_disk_attachment";

const BASE: [(&str, &str); 4] = [
    ("azurerm_resource_group", r#"{"name": "g", "location": "westeurope"}"#),
    (
        "azurerm_virtual_network",
        r#"{"name": "v", "resource_group_name": "g", "location": "westeurope", "address_space": ["10.0.0.0/16"]}"#,
    ),
    (
        "azurerm_subnet",
        r#"{"name": "s", "resource_group_name": "g", "virtual_network_name": "v", "address_prefixes": ["10.0.1.0/24"]}"#,
    ),
    (
        DISK,
        r#"{"name": "data", "resource_group_name": "g", "location": "westeurope", "storage_account_type": "Premium_LRS",
            "create_option": "Empty", "disk_size_gb": 16}"#,
    ),
];

/// A machine of a number with more arguments.
fn machine(number: usize, size: &str, more: &str) -> String {
    let id = format!(
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/i{number}"
    );
    format!(
        r#"{{"name": "m{number}", "resource_group_name": "g", "location": "westeurope", "size": "{size}",
            "admin_username": "me", "network_interface_ids": ["{id}"],
            "admin_ssh_key": [{{"username": "me", "public_key": "ssh-ed25519 AAAA me"}}],
            "os_disk": [{{"caching": "ReadWrite", "storage_account_type": "Standard_LRS"}}],
            "source_image_reference": [{{"publisher": "P", "offer": "o", "sku": "s", "version": "latest"}}]{more}}}"#
    )
}

fn interface(number: usize) -> String {
    format!(
        r#"{{"name": "i{number}", "resource_group_name": "g", "location": "westeurope", "ip_configuration": [
            {{"name": "main", "private_ip_address_allocation": "Dynamic",
              "subnet_id": "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s"}}]}}"#
    )
}

/// A cloud with machines, and what the disk and they are known as.
async fn start(count: usize) -> (Arc<Running<World>>, Cloud, Value, Vec<Value>) {
    let fake = Running::start().await;
    let cloud = Cloud::on(Azure::of(fake.clone()), "").await;
    let mut disk = Value::from(false);
    for (kind, config) in BASE {
        disk = cloud.create(kind, config).await;
    }
    let mut machines = Vec::new();
    for number in 0..count {
        cloud.create("azurerm_network_interface", &interface(number)).await;
        machines.push(cloud.create(MACHINE, &machine(number, "Standard_B1s", "")).await);
    }
    (fake, cloud, disk, machines)
}

async fn plan(cloud: &Cloud, (kind, state): (&str, &Value), config: &str) -> PlanAnswer {
    let wanted = cloud.config(kind, config).await;
    cloud.plan(kind, state, &wanted).await
}

async fn change(cloud: &Cloud, (kind, state): (&str, &Value), config: &str) -> Value {
    let plan = plan(cloud, (kind, state), config).await;
    assert!(
        plan.diagnostics.is_empty() && plan.requires_replace.is_empty(),
        "{kind}: {:?}",
        plan.diagnostics
    );
    let answer = cloud.apply(kind, state, &plan.planned, &cloud.token()).await;
    assert!(answer.diagnostics.is_empty(), "{kind}: {:?}", answer.diagnostics);
    answer.state
}

fn attachment(machine: &Value, disk: &Value) -> String {
    let (machine, disk) = (text(machine, "id"), text(disk, "id"));
    format!(
        r#"{{"virtual_machine_id": "{machine}", "managed_disk_id": "{disk}", "lun": 0, "caching": "None"}}"#
    )
}

#[tokio::test]
async fn machines_are_off_for_what_needs_it_and_on_again_if_they_ran() {
    let (fake, cloud, disk, machines) = start(1).await;
    let id = text(&machines[0], "id").to_owned();
    cloud.create(ATTACHMENT, &attachment(&machines[0], &disk)).await;
    let config = |sort: &str, size: u32| {
        format!(
            r#"{{"name": "data", "resource_group_name": "g", "location": "westeurope", "create_option": "Empty",
                "storage_account_type": "{sort}", "disk_size_gb": {size}}}"#
        )
    };
    // It grows while the machine is on.
    let disk = change(&cloud, (DISK, &disk), &config("Premium_LRS", 32)).await;
    // The fake refuses another sort while it is.
    let disk = change(&cloud, (DISK, &disk), &config("StandardSSD_LRS", 32)).await;
    assert_eq!(fake.world().power(&id), "running");
    // A size that its host doesn't have.
    let state = change(&cloud, (MACHINE, &machines[0]), &machine(0, "Standard_F16", "")).await;
    assert_eq!(fake.world().power(&id), "running");
    assert_eq!(fake.world().document(&id)["properties"]["storageProfile"]["dataDisks"][0]["lun"], 0);
    // It is on again when the change fails: at the call that it makes of itself when nothing is wrong.
    let before = fake.snapshot();
    fake.set(Ills::default());
    change(&cloud, (DISK, &disk), &config("Premium_LRS", 32)).await;
    let write = fake.calls().iter().position(|call| call.starts_with("PUT")).expect("it is written");
    fake.restore(before);
    fake.set(Ills { calls: vec![(write, Mishap::Doomed)], ..Ills::default() });
    let wanted = plan(&cloud, (DISK, &disk), &config("Premium_LRS", 32)).await;
    let answer = cloud.apply(DISK, &disk, &wanted.planned, &cloud.token()).await;
    assert!(answer.diagnostics.has_errors(), "the change fails");
    assert_eq!(fake.world().power(&id), "running");
    fake.set(Ills::default());
    // One that was off stays off.
    cloud.tamper(&format!("CALL POST {id}/deallocate?api-version=2024-07-01 {{}}")).await;
    assert_eq!(cloud.read(MACHINE, &state).await, state, "its disk is as it was while it is off");
    change(&cloud, (MACHINE, &state), &machine(0, "Standard_F32", "")).await;
    change(&cloud, (DISK, &disk), &config("Premium_LRS", 32)).await;
    assert_eq!(fake.world().power(&id), "deallocated");
}

/// Neither a failed deallocation nor one that was never heard of again leaves the machine off.
#[tokio::test]
async fn machines_are_on_again_when_switching_them_off_goes_wrong() {
    /// So often a look is made before the API counts as out of reach.
    const LOOKS: usize = 10;
    let (fake, cloud, _disk, machines) = start(1).await;
    let id = text(&machines[0], "id").to_owned();
    let config = machine(0, "Standard_F16", "");
    let wanted = plan(&cloud, (MACHINE, &machines[0]), &config).await;
    let before = fake.snapshot();
    fake.set(Ills::default());
    change(&cloud, (MACHINE, &machines[0]), &config).await;
    let calls = fake.calls();
    let call = calls.iter().position(|call| call.starts_with("POST")).expect("it is deallocated");
    fake.restore(before.clone());
    fake.set(Ills { calls: vec![(call, Mishap::Doomed)], ..Ills::default() });
    let answer = cloud.apply(MACHINE, &machines[0], &wanted.planned, &cloud.token()).await;
    assert!(answer.diagnostics.has_errors(), "the deallocation failed");
    assert_eq!(fake.world().power(&id), "running");
    // Its end is asked for in vain.
    let unheard = |from: usize| (from..from + LOOKS).map(|at| (at, Mishap::CutBefore)).collect::<Vec<_>>();
    fake.restore(before.clone());
    fake.set(Ills { calls: unheard(call + 1), ..Ills::default() });
    let answer = cloud.apply(MACHINE, &machines[0], &wanted.planned, &cloud.token()).await;
    assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
    assert_eq!(fake.world().power(&id), "running");
    let size = || fake.world().document(&id)["properties"]["hardwareProfile"]["vmSize"].clone();
    assert_eq!(size(), "Standard_F16");
    // It can't be started: that is told, also where all is as planned but for that. The first call to start it is refused,
    // for something is under way.
    let end = calls.iter().rposition(|call| call.starts_with("PUT")).expect("it is changed");
    let mut ills = unheard(end + 1);
    ills.extend([1, 2].map(|after| (end + LOOKS + after, Mishap::Doomed)));
    fake.restore(before);
    fake.set(Ills { calls: ills, ..Ills::default() });
    let answer = cloud.apply(MACHINE, &machines[0], &wanted.planned, &cloud.token()).await;
    let told = format!("{:?}", answer.diagnostics);
    assert!(told.contains("start it"), "{told} {:#?}", fake.calls());
    assert_eq!(size(), "Standard_F16");
    assert_eq!(fake.world().power(&id), "deallocated");
    // The next change owes it its being on.
    fake.set(Ills::default());
    fake.let_time_pass();
    change(&cloud, (MACHINE, &answer.state), &machine(0, "Standard_F32", "")).await;
    assert_eq!(fake.world().power(&id), "running");
}

#[tokio::test]
async fn disks_do_not_shrink_and_keep_their_keys() {
    let (_fake, cloud, disk, machines) = start(1).await;
    let small = BASE[3].1.replace("16}", "8}");
    let told = format!("{:?}", plan(&cloud, (DISK, &disk), &small).await.diagnostics);
    assert!(told.contains("New size must be greater than original size"), "{told}");
    let small =
        machine(0, "Standard_B1s", "").replace(r#""Standard_LRS"}"#, r#""Standard_LRS", "disk_size_gb": 8}"#);
    let told = format!("{:?}", plan(&cloud, (MACHINE, &machines[0]), &small).await.diagnostics);
    assert!(told.contains("os_disk.disk_size_gb would go from 30 to 8"), "{told}");
}

#[tokio::test]
async fn what_others_said_of_a_machine_stays() {
    let (fake, cloud, _disk, machines) = start(1).await;
    let id = text(&machines[0], "id").to_owned();
    // The mark of the creation is gone, from the disk that was made with it as well.
    let disk =
        fake.world().document(&id)["properties"]["storageProfile"]["osDisk"]["managedDisk"]["id"].clone();
    assert_eq!(fake.world().document(disk.as_str().expect("an id"))["tags"], json!({}));
    let more = r#"PATCH ID {"properties": {"networkProfile": {"networkInterfaces": [{"id": "NIC", "properties":
        {"primary": true, "deleteOption": "Delete"}}]}, "storageProfile": {"osDisk": {"deleteOption": "Detach"}}}}"#;
    let interface =
        fake.world().document(&id)["properties"]["networkProfile"]["networkInterfaces"][0]["id"].clone();
    let more = more.replace("ID", &id).replace("NIC", interface.as_str().expect("an id"));
    cloud.tamper(&more).await;
    change(&cloud, (MACHINE, &machines[0]), &machine(0, "Standard_B2s", r#", "tags": {"a": "b"}"#)).await;
    let document = fake.world().document(&id);
    let one = &document["properties"]["networkProfile"]["networkInterfaces"][0];
    assert_eq!(one["properties"], json!({"primary": true, "deleteOption": "Delete"}));
    assert_eq!(document["properties"]["storageProfile"]["osDisk"]["deleteOption"], "Detach");
}

/// Keys come from files, and end as these do; Azure keeps them without that.
#[tokio::test]
async fn the_end_of_a_key_is_no_difference() {
    let (_fake, cloud, _disk, machines) = start(1).await;
    let config = machine(0, "Standard_B1s", "").replace("AAAA me", "AAAA  me\\n");
    let id = text(&machines[0], "id").to_owned();
    let imported = cloud.import(MACHINE, &id).await;
    for state in [&machines[0], &imported] {
        let plan = plan(&cloud, (MACHINE, state), &config).await;
        assert_eq!(plan.requires_replace, []);
        assert_eq!(plan.planned.get("admin_ssh_key"), state.get("admin_ssh_key"));
    }
    let other = config.replace("AAAA", "BBBB");
    assert!(!plan(&cloud, (MACHINE, &imported), &other).await.requires_replace.is_empty());
}

#[tokio::test]
async fn features_say_what_goes_with_a_machine() {
    let (fake, _cloud, _disk, machines) = start(2).await;
    let disk = |machine: &Value| {
        fake.world().document(text(machine, "id"))["properties"]["storageProfile"]["osDisk"]
        ["managedDisk"]["id"].as_str().expect("an id").to_owned()
    };
    let disks: Vec<String> = machines.iter().map(disk).collect();
    for (machine, features) in machines.into_iter().zip([
        r#"[{"virtual_machine": [{"delete_os_disk_on_deletion": false, "skip_shutdown_and_force_delete": true}]}]"#,
        "[{}]",
    ]) {
        let provider = within(&[("TRUEUP_AZURE_ENDPOINT", &fake.url), ("ARM_CLIENT_SECRET", "s")]);
        let block = Azure::block("", "").replace("[{}]", features);
        let told = trueup_provider_walk::configure(&*provider, &block).await;
        assert!(told.is_empty(), "{told:?}");
        let null = Value::null(machine.ty());
        let request = ApplyRequest {
            kind: MACHINE.into(),
            prior: machine,
            planned: null.clone(),
            config: null,
            private: Private::from([]),
            token: "t".into(),
        };
        let answer = provider.apply(request).await;
        assert!(answer.diagnostics.is_empty() && answer.state.is_null(), "{:?}", answer.diagnostics);
    }
    let left = Running::things(&fake);
    let is_left = |id: &String| left.iter().any(|thing| thing.ends_with(&id.to_lowercase()));
    assert_eq!(disks.iter().map(is_left).collect::<Vec<_>>(), [true, false], "{left:?}");
}

/// Machines, their disks and their interfaces are each listed once.
#[tokio::test]
async fn many_machines_are_read_with_few_calls() {
    let (_fake, cloud, _disk, machines) = start(5).await;
    cloud.server.server.requests();
    let request = |state: &Value| trueup_provider::ReadRequest {
        kind: MACHINE.into(),
        state: state.clone(),
        private: Private::from([]),
    };
    let answers = cloud.provider.read_many(machines.iter().map(request).collect()).await;
    for (answer, state) in answers.iter().zip(&machines) {
        assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
        assert_eq!(answer.state, *state);
    }
    // Pages of two: three for the machines, three for the interfaces, three for six disks.
    assert_eq!(cloud.server.server.requests(), 9);
}

/// Configurations, and words of the complaints about them.
async fn judge(kind: &str, cases: &[(String, &str)]) {
    let cloud = Cloud::start("").await;
    for (config, words) in cases {
        let config = cloud.config(kind, config).await;
        let told = format!("{:?}", cloud.provider.validate_resource(kind, &config).await);
        assert!(told.contains(words), "{kind}: {words} isn't in {told}");
        assert!(!told.contains("Secret-1") && !told.contains("no base64!"), "{told}");
    }
}

#[tokio::test]
async fn configurations_of_disks_are_judged() {
    let disk = |more: &str| {
        format!(r#"{{"name": "d", "resource_group_name": "g", "location": "westeurope", {more}}}"#)
    };
    let cases = [
        (disk(r#""storage_account_type": "Premium_LRS", "create_option": "Empty""#), "needs disk_size_gb"),
        (
            disk(
                r#""storage_account_type": "premium_LRS", "create_option": "Upload", "upload_size_bytes": 1"#,
            ),
            "Did you mean",
        ),
        (
            disk(
                r#""storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 1, "disk_iops_read_write": 1"#,
            ),
            "disk_iops_read_write goes with",
        ),
        (
            disk(
                r#""storage_account_type": "Premium_LRS", "create_option": "Empty", "disk_size_gb": 1, "disk_access_id": "/x""#,
            ),
            "AllowPrivate",
        ),
        (
            disk(
                r#""storage_account_type": "Premium_LRS", "create_option": "FromImage", "image_reference_id": "/x",
                    "security_type": "ConfidentialVM_DiskEncryptedWithCustomerKey""#,
            ),
            "needs a secure_vm_disk_encryption_set_id",
        ),
    ];
    judge(DISK, &cases).await;
    let attached =
        r#"{"virtual_machine_id": "/x", "managed_disk_id": "/y", "lun": 0, "caching": "Readonly"}"#;
    judge(ATTACHMENT, &[(attached.to_owned(), "Did you mean \\\"ReadOnly\\\"?")]).await;
}

#[tokio::test]
async fn configurations_of_machines_are_judged() {
    let system = |more: &str| machine(0, "Standard_B1s", more);
    let without = |what: &str| system("").replace(what, "");
    let cases = [
        (system(r#", "vm_agent_platform_updates_enabled": true"#), "can't be set"),
        (system(r#", "admin_password": "Secret-1""#), "disable_password_authentication must be set to false"),
        (
            system(r#", "os_managed_disk_id": "/x""#),
            "admin_username goes with a machine that is made from an image",
        ),
        (without(r#""admin_username": "me", "#), "needs an admin_username"),
        (system("").replace("m0", "m_0"), "unable to assume default computer name"),
        (system(r#", "user_data": "no base64!""#), "base64"),
        (system(r#", "max_bid_price": 0.5"#), "max_bid_price goes with"),
        (system(r#", "priority": "Spot""#), "needs an eviction_policy"),
        (system(r#", "reboot_setting": "Never""#), "reboot_setting goes with"),
        (system(r#", "identity": [{"type": "UserAssigned"}]"#), "needs identity_ids"),
        (system(r#", "provision_vm_agent": false"#), "allow_extension_operations = false"),
        (system(r#", "zone": "1", "availability_set_id": "/x""#), "exclude each other"),
        (system("").replace("ReadWrite", "Readwrite"), "expected os_disk.0.caching to be one of"),
    ];
    judge(MACHINE, &cases).await;
}
