//! What a launch template can say (EC2 API reference, `RequestLaunchTemplateData` and `ResponseLaunchTemplateData`).

use crate::fake::params::{Params, invalid};
use crate::fake::world::Outcome;
use serde_json::{Map, Value as Json, json};

/// A parameter, its name in descriptions, and its shape.
struct Field(&'static str, &'static str, Shape);

enum Shape {
    Text,
    Flag,
    Number,
    Texts,
    Part(&'static [Field]),
    Parts(&'static [Field]),
}

use Shape::{Flag, Number, Part, Parts, Text, Texts};

const ENABLED: Shape = Part(&[Field("Enabled", "enabled", Flag)]);
const CONFIGURED: Shape = Part(&[Field("Configured", "configured", Flag)]);
const RANGE: Shape = Part(&[Field("Max", "max", Number), Field("Min", "min", Number)]);

const DATA: &[Field] = &[
    Field("BlockDeviceMapping", "blockDeviceMappingSet", Parts(DEVICE)),
    Field("CapacityReservationSpecification", "capacityReservationSpecification", Part(RESERVATION)),
    Field("CpuOptions", "cpuOptions", Part(CPU)),
    Field("CreditSpecification", "creditSpecification", Part(&[Field("CpuCredits", "cpuCredits", Text)])),
    Field("DisableApiStop", "disableApiStop", Flag),
    Field("DisableApiTermination", "disableApiTermination", Flag),
    Field("EbsOptimized", "ebsOptimized", Flag),
    Field("EnclaveOptions", "enclaveOptions", ENABLED),
    Field("HibernationOptions", "hibernationOptions", CONFIGURED),
    Field(
        "IamInstanceProfile",
        "iamInstanceProfile",
        Part(&[Field("Arn", "arn", Text), Field("Name", "name", Text)]),
    ),
    Field("ImageId", "imageId", Text),
    Field("InstanceInitiatedShutdownBehavior", "instanceInitiatedShutdownBehavior", Text),
    Field("InstanceMarketOptions", "instanceMarketOptions", Part(MARKET)),
    Field("InstanceRequirements", "instanceRequirements", Part(REQUIREMENTS)),
    Field("InstanceType", "instanceType", Text),
    Field("KernelId", "kernelId", Text),
    Field("KeyName", "keyName", Text),
    Field(
        "LicenseSpecification",
        "licenseSet",
        Parts(&[Field("LicenseConfigurationArn", "licenseConfigurationArn", Text)]),
    ),
    Field("MaintenanceOptions", "maintenanceOptions", Part(&[Field("AutoRecovery", "autoRecovery", Text)])),
    Field("MetadataOptions", "metadataOptions", Part(METADATA)),
    Field("Monitoring", "monitoring", ENABLED),
    Field("NetworkInterface", "networkInterfaceSet", Parts(INTERFACE)),
    Field("Placement", "placement", Part(PLACEMENT)),
    Field("PrivateDnsNameOptions", "privateDnsNameOptions", Part(NAMES)),
    Field("RamDiskId", "ramDiskId", Text),
    Field("SecurityGroup", "securityGroupSet", Texts),
    Field("SecurityGroupId", "securityGroupIdSet", Texts),
    Field("TagSpecification", "tagSpecificationSet", Parts(TAGS)),
    Field("UserData", "userData", Text),
];

const DEVICE: &[Field] = &[
    Field("DeviceName", "deviceName", Text),
    Field(
        "Ebs",
        "ebs",
        Part(&[
            Field("DeleteOnTermination", "deleteOnTermination", Flag),
            Field("Encrypted", "encrypted", Flag),
            Field("Iops", "iops", Number),
            Field("KmsKeyId", "kmsKeyId", Text),
            Field("SnapshotId", "snapshotId", Text),
            Field("Throughput", "throughput", Number),
            Field("VolumeInitializationRate", "volumeInitializationRate", Number),
            Field("VolumeSize", "volumeSize", Number),
            Field("VolumeType", "volumeType", Text),
        ]),
    ),
    Field("NoDevice", "noDevice", Text),
    Field("VirtualName", "virtualName", Text),
];

const RESERVATION: &[Field] = &[
    Field("CapacityReservationPreference", "capacityReservationPreference", Text),
    Field(
        "CapacityReservationTarget",
        "capacityReservationTarget",
        Part(&[
            Field("CapacityReservationId", "capacityReservationId", Text),
            Field("CapacityReservationResourceGroupArn", "capacityReservationResourceGroupArn", Text),
        ]),
    ),
];

const CPU: &[Field] = &[
    Field("AmdSevSnp", "amdSevSnp", Text),
    Field("CoreCount", "coreCount", Number),
    Field("ThreadsPerCore", "threadsPerCore", Number),
];

const MARKET: &[Field] = &[
    Field("MarketType", "marketType", Text),
    Field(
        "SpotOptions",
        "spotOptions",
        Part(&[
            Field("BlockDurationMinutes", "blockDurationMinutes", Number),
            Field("InstanceInterruptionBehavior", "instanceInterruptionBehavior", Text),
            Field("MaxPrice", "maxPrice", Text),
            Field("SpotInstanceType", "spotInstanceType", Text),
            Field("ValidUntil", "validUntil", Text),
        ]),
    ),
];

const REQUIREMENTS: &[Field] = &[
    Field("AcceleratorCount", "acceleratorCount", RANGE),
    Field("AcceleratorManufacturer", "acceleratorManufacturerSet", Texts),
    Field("AcceleratorName", "acceleratorNameSet", Texts),
    Field("AcceleratorTotalMemoryMiB", "acceleratorTotalMemoryMiB", RANGE),
    Field("AcceleratorType", "acceleratorTypeSet", Texts),
    Field("AllowedInstanceType", "allowedInstanceTypeSet", Texts),
    Field("BareMetal", "bareMetal", Text),
    Field("BaselineEbsBandwidthMbps", "baselineEbsBandwidthMbps", RANGE),
    Field("BurstablePerformance", "burstablePerformance", Text),
    Field("CpuManufacturer", "cpuManufacturerSet", Texts),
    Field("ExcludedInstanceType", "excludedInstanceTypeSet", Texts),
    Field("InstanceGeneration", "instanceGenerationSet", Texts),
    Field("LocalStorage", "localStorage", Text),
    Field("LocalStorageType", "localStorageTypeSet", Texts),
    Field(
        "MaxSpotPriceAsPercentageOfOptimalOnDemandPrice",
        "maxSpotPriceAsPercentageOfOptimalOnDemandPrice",
        Number,
    ),
    Field("MemoryGiBPerVCpu", "memoryGiBPerVCpu", RANGE),
    Field("MemoryMiB", "memoryMiB", RANGE),
    Field("NetworkBandwidthGbps", "networkBandwidthGbps", RANGE),
    Field("NetworkInterfaceCount", "networkInterfaceCount", RANGE),
    Field("OnDemandMaxPricePercentageOverLowestPrice", "onDemandMaxPricePercentageOverLowestPrice", Number),
    Field("RequireHibernateSupport", "requireHibernateSupport", Flag),
    Field("SpotMaxPricePercentageOverLowestPrice", "spotMaxPricePercentageOverLowestPrice", Number),
    Field("TotalLocalStorageGB", "totalLocalStorageGB", RANGE),
    Field("VCpuCount", "vCpuCount", RANGE),
];

const METADATA: &[Field] = &[
    Field("HttpEndpoint", "httpEndpoint", Text),
    Field("HttpProtocolIpv6", "httpProtocolIpv6", Text),
    Field("HttpPutResponseHopLimit", "httpPutResponseHopLimit", Number),
    Field("HttpTokens", "httpTokens", Text),
    Field("InstanceMetadataTags", "instanceMetadataTags", Text),
];

const INTERFACE: &[Field] = &[
    Field("AssociateCarrierIpAddress", "associateCarrierIpAddress", Flag),
    Field("AssociatePublicIpAddress", "associatePublicIpAddress", Flag),
    Field(
        "ConnectionTrackingSpecification",
        "connectionTrackingSpecification",
        Part(&[
            Field("TcpEstablishedTimeout", "tcpEstablishedTimeout", Number),
            Field("UdpStreamTimeout", "udpStreamTimeout", Number),
            Field("UdpTimeout", "udpTimeout", Number),
        ]),
    ),
    Field("DeleteOnTermination", "deleteOnTermination", Flag),
    Field("Description", "description", Text),
    Field("DeviceIndex", "deviceIndex", Number),
    Field(
        "EnaSrdSpecification",
        "enaSrdSpecification",
        Part(&[
            Field("EnaSrdEnabled", "enaSrdEnabled", Flag),
            Field(
                "EnaSrdUdpSpecification",
                "enaSrdUdpSpecification",
                Part(&[Field("EnaSrdUdpEnabled", "enaSrdUdpEnabled", Flag)]),
            ),
        ]),
    ),
    Field("InterfaceType", "interfaceType", Text),
    Field("Ipv4Prefix", "ipv4PrefixSet", Parts(&[Field("Ipv4Prefix", "ipv4Prefix", Text)])),
    Field("Ipv4PrefixCount", "ipv4PrefixCount", Number),
    Field("Ipv6AddressCount", "ipv6AddressCount", Number),
    Field("Ipv6Addresses", "ipv6AddressesSet", Parts(&[Field("Ipv6Address", "ipv6Address", Text)])),
    Field("Ipv6Prefix", "ipv6PrefixSet", Parts(&[Field("Ipv6Prefix", "ipv6Prefix", Text)])),
    Field("Ipv6PrefixCount", "ipv6PrefixCount", Number),
    Field("NetworkCardIndex", "networkCardIndex", Number),
    Field("NetworkInterfaceId", "networkInterfaceId", Text),
    Field("PrimaryIpv6", "primaryIpv6", Flag),
    Field("PrivateIpAddress", "privateIpAddress", Text),
    Field(
        "PrivateIpAddresses",
        "privateIpAddressesSet",
        Parts(&[Field("Primary", "primary", Flag), Field("PrivateIpAddress", "privateIpAddress", Text)]),
    ),
    Field("SecondaryPrivateIpAddressCount", "secondaryPrivateIpAddressCount", Number),
    Field("SecurityGroupId", "groupSet", Texts),
    Field("SubnetId", "subnetId", Text),
];

const PLACEMENT: &[Field] = &[
    Field("Affinity", "affinity", Text),
    Field("AvailabilityZone", "availabilityZone", Text),
    Field("GroupId", "groupId", Text),
    Field("GroupName", "groupName", Text),
    Field("HostId", "hostId", Text),
    Field("HostResourceGroupArn", "hostResourceGroupArn", Text),
    Field("PartitionNumber", "partitionNumber", Number),
    Field("SpreadDomain", "spreadDomain", Text),
    Field("Tenancy", "tenancy", Text),
];

const NAMES: &[Field] = &[
    Field("EnableResourceNameDnsAAAARecord", "enableResourceNameDnsAAAARecord", Flag),
    Field("EnableResourceNameDnsARecord", "enableResourceNameDnsARecord", Flag),
    Field("HostnameType", "hostnameType", Text),
];

const TAGS: &[Field] = &[
    Field("ResourceType", "resourceType", Text),
    Field("Tag", "tagSet", Parts(&[Field("Key", "key", Text), Field("Value", "value", Text)])),
];

/// Reads what a template is to say; what isn't in the tables is refused.
pub(super) fn read(params: &mut Params) -> Outcome<Json> {
    part(params, DATA)
}

fn part(params: &mut Params, fields: &[Field]) -> Outcome<Json> {
    let mut told = Map::new();
    for Field(asked, name, shape) in fields {
        let value = match shape {
            Text => params.take(asked).map(Json::String),
            Flag => params.flag(asked)?.map(Json::Bool),
            Number => params.take(asked).map(|text| number(asked, text)).transpose()?,
            Texts => Some(json!(params.list(asked)?)).filter(|list| *list != json!([])),
            Part(fields) => params.inner(asked).map(|mut inner| part(&mut inner, fields)).transpose()?,
            Parts(fields) => {
                let items = params.items(asked)?;
                let items: Vec<Json> =
                    items.into_iter().map(|mut item| part(&mut item, fields)).collect::<Outcome<_>>()?;
                Some(json!(items)).filter(|list| *list != json!([]))
            }
        };
        told.extend(value.map(|value| ((*name).to_owned(), value)));
    }
    params.done()?;
    Ok(Json::Object(told))
}

/// Numbers are kept as they are written.
fn number(name: &str, text: String) -> Outcome<Json> {
    if text.parse::<f64>().is_ok() { Ok(Json::String(text)) } else { Err(invalid(name, &text)) }
}
