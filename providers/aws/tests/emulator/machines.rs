//! What deleting volumes and attachments leaves, and keys that others made anew.

use crate::cloud::{Cloud, text};
use trueup_value::Value;

const FIRST: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEur8+yFwBlsT6izfHcsvbcnwWMJ8KmoubqP3O3DGmeb";
/// Another key as the API takes it: in base64.
const SECOND: &str = "c3NoLWVkMjU1MTkgQUFBQUMzTnphQzFsWkRJMU5URTVBQUFBSUtzSU1naTcxcGZuN1dYRGdFbGNSWDEvek1ydnI0Ykw3NEl6QVZEelFEdHg=";

#[tokio::test]
async fn a_final_snapshot_stays_when_the_volume_goes() {
    let cloud = Cloud::start("").await;
    let config =
        r#"{"availability_zone": "us-east-1a", "size": 1, "final_snapshot": true, "tags": {"a": "b"}}"#;
    let volume = cloud.create("aws_ebs_volume", config).await;
    cloud.delete("aws_ebs_volume", &volume).await;
    let request = format!(
        "DescribeSnapshots&Owner.1=self&Filter.1.Name=volume-id&Filter.1.Value.1={}",
        text(&volume, "id")
    );
    let answer = cloud.tamper(&request).await;
    assert_eq!(answer.matches("<snapshotId>").count(), 1, "{answer}");
    assert!(answer.contains("<key>a</key>"), "{answer}");
    assert!(!answer.contains("trueup:step"), "the mark of the deletion is gone: {answer}");
}

#[tokio::test]
async fn an_attachment_can_be_left_alone() {
    let cloud = Cloud::start("").await;
    let instance =
        cloud.create("aws_instance", r#"{"ami": "ami-12c6146b", "instance_type": "t3.micro"}"#).await;
    let zone = text(&instance, "availability_zone");
    let config = format!(r#"{{"availability_zone": "{zone}", "size": 1}}"#);
    let volume = cloud.create("aws_ebs_volume", &config).await;
    let kind = "aws_volume_attachment";
    let config = |more: &str| {
        let (instance, volume) = (text(&instance, "id"), text(&volume, "id"));
        format!(
            r#"{{"device_name": "/dev/sdh", "instance_id": "{instance}", "volume_id": "{volume}"{more}}}"#
        )
    };
    let left = cloud.create(kind, &config(r#", "skip_destroy": true"#)).await;
    let answer = cloud.apply(kind, &left, &cloud.null(kind), "1").await;
    assert!(answer.diagnostics.is_empty() && answer.state.is_null());
    assert_eq!(cloud.read(kind, &left).await, left, "it is still there");
    // It is taken over as it is.
    let again = cloud.create(kind, &config("")).await;
    assert_eq!(again.get("id"), left.get("id"));
    cloud.delete(kind, &again).await;
    assert!(cloud.read(kind, &again).await.is_null());
}

#[tokio::test]
async fn a_key_that_others_made_anew_is_noticed() {
    let cloud = Cloud::start("").await;
    let kind = "aws_key_pair";
    let config = format!(r#"{{"key_name": "deployer", "public_key": "{FIRST} me@here"}}"#);
    let key = cloud.create(kind, &config).await;
    cloud.tamper("DeleteKeyPair&KeyName=deployer").await;
    cloud.tamper(&format!("ImportKeyPair&KeyName=deployer&PublicKeyMaterial={SECOND}")).await;
    let found = cloud.read(kind, &key).await;
    assert_ne!(found.get("public_key"), key.get("public_key"));
    let plan = cloud.plan(kind, &found, &cloud.config(kind, &config).await).await;
    assert!(!plan.requires_replace.is_empty(), "a key can't be changed in place");
    let imported = cloud.provider.import(kind, "deployer").await;
    let imported = cloud.read(kind, &imported.objects[0].state).await;
    assert!(
        imported.get("public_key").and_then(Value::as_str).is_some_and(|key| key.starts_with("ssh-ed25519 "))
    );
}
