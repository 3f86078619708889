//! What an instance type must have to be chosen, in both directions.

use super::request::some;
use aws_sdk_ec2::types::{
    AcceleratorCountRequest, AcceleratorTotalMemoryMiBRequest, BareMetal, BaselineEbsBandwidthMbpsRequest,
    BurstablePerformance, InstanceRequirements, InstanceRequirementsRequest, LocalStorage,
    MemoryGiBPerVCpuRequest, MemoryMiBRequest, NetworkBandwidthGbpsRequest, NetworkInterfaceCountRequest,
    TotalLocalStorageGbRequest, VCpuCountRangeRequest,
};
use trueup_provider_kit::{Fields, Object};
use trueup_value::{Number, Type, Value};

/// A list of words of the API, nothing where it is empty.
fn words<T: for<'a> From<&'a str>>(block: &Value, name: &str) -> Option<Vec<T>> {
    let words: Vec<T> = block.texts(name).iter().map(|text| T::from(text)).collect();
    (!words.is_empty()).then_some(words)
}

fn fraction(block: &Value, name: &str) -> Option<f64> {
    Some(block.field(name)?.as_number()?.to_f64())
}

/// A range of whole numbers, or of fractions, of one of the API's many types of ranges.
macro_rules! range {
    ($block:expr, $name:literal, $kind:ident, $number:expr) => {
        $block.item($name).map(|range| {
            $kind::builder().set_min($number(range, "min")).set_max($number(range, "max")).build()
        })
    };
}

fn whole(block: &Value, name: &str) -> Option<i32> {
    block.small(name)
}

/// Requirements as requests carry them.
pub(super) fn requirements(block: &Value) -> InstanceRequirementsRequest {
    InstanceRequirementsRequest::builder()
        .set_accelerator_count(range!(block, "accelerator_count", AcceleratorCountRequest, whole))
        .set_accelerator_manufacturers(words(block, "accelerator_manufacturers"))
        .set_accelerator_names(words(block, "accelerator_names"))
        .set_accelerator_total_memory_mib(range!(
            block,
            "accelerator_total_memory_mib",
            AcceleratorTotalMemoryMiBRequest,
            whole
        ))
        .set_accelerator_types(words(block, "accelerator_types"))
        .set_allowed_instance_types(words(block, "allowed_instance_types"))
        .set_bare_metal(block.text("bare_metal").map(BareMetal::from))
        .set_baseline_ebs_bandwidth_mbps(range!(
            block,
            "baseline_ebs_bandwidth_mbps",
            BaselineEbsBandwidthMbpsRequest,
            whole
        ))
        .set_burstable_performance(block.text("burstable_performance").map(BurstablePerformance::from))
        .set_cpu_manufacturers(words(block, "cpu_manufacturers"))
        .set_excluded_instance_types(words(block, "excluded_instance_types"))
        .set_instance_generations(words(block, "instance_generations"))
        .set_local_storage(block.text("local_storage").map(LocalStorage::from))
        .set_local_storage_types(words(block, "local_storage_types"))
        .set_max_spot_price_as_percentage_of_optimal_on_demand_price(some(
            block,
            "max_spot_price_as_percentage_of_optimal_on_demand_price",
        ))
        .set_memory_gib_per_v_cpu(range!(block, "memory_gib_per_vcpu", MemoryGiBPerVCpuRequest, fraction))
        .set_memory_mib(range!(block, "memory_mib", MemoryMiBRequest, whole))
        .set_network_bandwidth_gbps(range!(
            block,
            "network_bandwidth_gbps",
            NetworkBandwidthGbpsRequest,
            fraction
        ))
        .set_network_interface_count(range!(
            block,
            "network_interface_count",
            NetworkInterfaceCountRequest,
            whole
        ))
        .set_on_demand_max_price_percentage_over_lowest_price(some(
            block,
            "on_demand_max_price_percentage_over_lowest_price",
        ))
        .set_require_hibernate_support(block.flag("require_hibernate_support"))
        .set_spot_max_price_percentage_over_lowest_price(some(
            block,
            "spot_max_price_percentage_over_lowest_price",
        ))
        .set_total_local_storage_gb(range!(
            block,
            "total_local_storage_gb",
            TotalLocalStorageGbRequest,
            fraction
        ))
        .set_v_cpu_count(range!(block, "vcpu_count", VCpuCountRangeRequest, whole))
        .build()
}

/// A range as it is stored; those that the API tells without limits aren't there.
fn put_range(item: &mut Object, name: &str, limits: Option<[Option<f64>; 2]>) {
    let number = |limit: Option<f64>| {
        let number = limit.and_then(|limit| Number::parse(&limit.to_string()));
        number.map_or_else(|| Value::null(Type::Number), Value::from)
    };
    let range = limits.filter(|limits| limits.iter().any(Option::is_some)).map(|[min, max]| {
        let mut range = item.blank_item(name);
        range.put("min", number(min));
        range.put("max", number(max));
        range
    });
    item.put_items(name, range);
}

/// Requirements as they are stored.
pub(super) fn shown(mut item: Object, told: &InstanceRequirements) -> Object {
    macro_rules! ranges {
        ($($name:literal: $told:ident),+ $(,)?) => {
            $(put_range(&mut item, $name, told.$told().map(|range| {
                [range.min().map(f64::from), range.max().map(f64::from)]
            }));)+
        };
    }
    ranges! {
        "accelerator_count": accelerator_count,
        "accelerator_total_memory_mib": accelerator_total_memory_mib,
        "baseline_ebs_bandwidth_mbps": baseline_ebs_bandwidth_mbps,
        "memory_gib_per_vcpu": memory_gib_per_v_cpu,
        "memory_mib": memory_mib,
        "network_bandwidth_gbps": network_bandwidth_gbps,
        "network_interface_count": network_interface_count,
        "total_local_storage_gb": total_local_storage_gb,
        "vcpu_count": v_cpu_count,
    }
    macro_rules! words {
        ($($name:literal: $told:ident),+ $(,)?) => {
            $(item.put_texts($name, told.$told());)+
        };
    }
    words! {
        "accelerator_manufacturers": accelerator_manufacturers,
        "accelerator_names": accelerator_names,
        "accelerator_types": accelerator_types,
        "allowed_instance_types": allowed_instance_types,
        "cpu_manufacturers": cpu_manufacturers,
        "excluded_instance_types": excluded_instance_types,
        "instance_generations": instance_generations,
        "local_storage_types": local_storage_types,
    }
    item.put_text("bare_metal", told.bare_metal());
    item.put_text("burstable_performance", told.burstable_performance());
    item.put_text("local_storage", told.local_storage());
    item.put_integer(
        "max_spot_price_as_percentage_of_optimal_on_demand_price",
        told.max_spot_price_as_percentage_of_optimal_on_demand_price(),
    );
    item.put_integer(
        "on_demand_max_price_percentage_over_lowest_price",
        told.on_demand_max_price_percentage_over_lowest_price(),
    );
    item.put_flag("require_hibernate_support", told.require_hibernate_support());
    item.put_integer(
        "spot_max_price_percentage_over_lowest_price",
        told.spot_max_price_percentage_over_lowest_price(),
    );
    item
}
