//! Making a table: empty, from a backup, or from files in S3.

use super::{busy, read, request, update, wait_active};
use crate::account::site::Site;
use crate::fault::{Attempt, built};
use crate::time::parsed;
use aws_sdk_dynamodb::types::{
    CsvOptions, ImportStatus, InputCompressionType, InputFormat, InputFormatOptions, S3BucketSource,
    TableClass, TableCreationParameters,
};
use trueup_provider_kit::{Call, Fault, FaultKind, Fields, Object};

pub(super) async fn create(call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
    let name = object.owned("name").unwrap_or_default();
    if object.item("import_table").is_some() {
        import(call, object).await?;
    } else if is_restored(object) {
        restore(call, object).await?;
    } else {
        make(call, object).await?;
    }
    object.put_text("id", Some(&name));
    wait_active(call.deadline, &call.site.dynamodb, &name).await?;
    let mut before = object.clone();
    if is_from_elsewhere(object) {
        // Only part of what it is to be could be said.
        before.settle_unknowns(&trueup_value::Value::object::<&str>([]));
        before = read::read(call.site, before).await?.ok_or_else(|| {
            Fault::new(FaultKind::NotFound, format!("the table {name} was made but can't be found since"))
        })?;
    } else {
        for block in ["ttl", "point_in_time_recovery", "replica", "global_table_witness"] {
            before.put_items(block, []);
        }
    }
    update::update(call, &before, object).await
}

/// Whether it starts as a copy of something.
pub(super) fn is_from_elsewhere(object: &Object) -> bool {
    is_restored(object) || object.item("import_table").is_some()
}

fn is_restored(object: &Object) -> bool {
    object.is_set("restore_source_name") || object.is_set("restore_source_table_arn")
}

/// A name that is taken reads like a table being changed.
fn taken(mut fault: Fault) -> Fault {
    if fault.kind == FaultKind::InUse {
        fault.kind = FaultKind::Exists;
    }
    fault
}

/// Tries while too many tables are being made.
async fn queued<T, F>(call: &Call<'_, Site>, attempt: impl FnMut() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    let is_full = |fault: &Fault| fault.code == "LimitExceededException";
    call.deadline.retry(is_full, attempt).await.map_err(taken)
}

async fn make(call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
    let mode = request::billing(object);
    let stream =
        (object.flag("stream_enabled") == Some(true)).then(|| request::stream(object)).transpose()?;
    let request = call
        .site
        .dynamodb
        .create_table()
        .set_table_name(object.owned("name"))
        .set_attribute_definitions(Some(request::definitions(object)?))
        .set_key_schema(Some(request::keys(object.text("hash_key"), object.text("range_key"))?))
        .set_provisioned_throughput(request::capacity(object, &mode)?)
        .set_on_demand_throughput(request::limits(object, &mode))
        .set_warm_throughput(request::warmth(object))
        .billing_mode(mode)
        .set_global_secondary_indexes(request::global_indexes(object)?)
        .set_local_secondary_indexes(request::local_indexes(object)?)
        .set_stream_specification(stream)
        .set_sse_specification(request::encryption(object))
        .set_table_class(object.text("table_class").map(TableClass::from))
        .set_deletion_protection_enabled(object.flag("deletion_protection_enabled"))
        .set_tags(request::tags(&object.map("tags_all"))?);
    queued(call, || async { request.clone().send().await.plain() }).await?;
    Ok(())
}

async fn restore(call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
    let mode = request::billing(object);
    let moment = match object.text("restore_date_time") {
        None => None,
        Some(text) => Some(parsed(text).ok_or_else(|| {
            let message = format!("restore_date_time is no moment: {text:?}");
            Fault::new(FaultKind::Invalid, message).hint("Write it like 2026-01-31T12:00:00Z.")
        })?),
    };
    let has_capacity = object.is_set("read_capacity") && object.is_set("write_capacity");
    let capacity = if has_capacity { request::capacity(object, &mode)? } else { None };
    let request = call
        .site
        .dynamodb
        .restore_table_to_point_in_time()
        .set_target_table_name(object.owned("name"))
        .set_source_table_name(object.owned("restore_source_name"))
        .set_source_table_arn(object.owned("restore_source_table_arn"))
        .set_use_latest_restorable_time(object.flag("restore_to_latest_time"))
        .set_restore_date_time(moment)
        .set_global_secondary_index_override(request::global_indexes(object)?)
        .set_local_secondary_index_override(request::local_indexes(object)?)
        .set_provisioned_throughput_override(capacity)
        .set_on_demand_throughput_override(request::limits(object, &mode))
        .set_sse_specification_override(request::encryption(object))
        .billing_mode_override(mode);
    queued(call, || async { request.clone().send().await.attempt("restoring the table") }).await?;
    Ok(())
}

async fn import(call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
    let mode = request::billing(object);
    let block =
        object.item("import_table").cloned().unwrap_or_else(|| trueup_value::Value::object::<&str>([]));
    let bucket = block.item("s3_bucket_source");
    let part = |name: &str| bucket.and_then(|bucket| bucket.owned(name));
    let source = S3BucketSource::builder()
        .set_s3_bucket(part("bucket"))
        .set_s3_bucket_owner(part("bucket_owner"))
        .set_s3_key_prefix(part("key_prefix"));
    let table = TableCreationParameters::builder()
        .set_table_name(object.owned("name"))
        .set_attribute_definitions(Some(request::definitions(object)?))
        .set_key_schema(Some(request::keys(object.text("hash_key"), object.text("range_key"))?))
        .set_provisioned_throughput(request::capacity(object, &mode)?)
        .set_on_demand_throughput(request::limits(object, &mode))
        .billing_mode(mode)
        .set_sse_specification(request::encryption(object))
        .set_global_secondary_indexes(request::global_indexes(object)?);
    let options = block.item("input_format_options").and_then(|options| options.item("csv")).map(|csv| {
        let headers = csv.texts("header_list");
        let csv = CsvOptions::builder()
            .set_delimiter(csv.owned("delimiter"))
            .set_header_list((!headers.is_empty()).then_some(headers));
        InputFormatOptions::builder().csv(csv.build()).build()
    });
    let request = call
        .site
        .dynamodb
        .import_table()
        .client_token(call.token)
        .set_input_format(block.text("input_format").map(InputFormat::from))
        .set_input_compression_type(block.text("input_compression_type").map(InputCompressionType::from))
        .set_input_format_options(options)
        .s3_bucket_source(built(source.build())?)
        .table_creation_parameters(built(table.build())?);
    let doing = "importing the table";
    let started = busy(call.deadline, || async { request.clone().send().await.attempt(doing) }).await?;
    // From now on it may exist: should the import fail, the half filled table is left to be replaced.
    let name = object.owned("name");
    object.put_text("id", name);
    let arn = started.import_table_description.and_then(|import| import.import_arn).unwrap_or_default();
    wait_imported(call, &arn).await
}

async fn wait_imported(call: &Call<'_, Site>, arn: &str) -> Result<(), Fault> {
    let state = || async {
        let answer = call.site.dynamodb.describe_import().import_arn(arn).send().await.plain()?;
        let Some(import) = answer.import_table_description else { return Ok(None) };
        match import.import_status() {
            Some(ImportStatus::Completed) => Ok(Some(())),
            Some(ImportStatus::Failed | ImportStatus::Cancelled | ImportStatus::Cancelling) => {
                let why =
                    import.failure_message().or(import.failure_code()).unwrap_or("the API doesn't say why");
                let message = format!("the import of the table failed: {why}");
                Err(Fault::new(FaultKind::Other, message)
                    .hint("The import's log group in CloudWatch says more."))
            }
            _ => Ok(None),
        }
    };
    call.deadline.until("the import of the table to complete", state).await
}
