//! The kinds of things that the fake has, after the descriptions of the APIs (Microsoft.Network 2025-01-01).

use super::{disks, machines};

/// What the fake knows of one kind.
pub(super) struct Kind {
    /// `Microsoft.Network/virtualNetworks/subnets`
    pub(super) path: &'static str,
    /// What its documents may hold.
    pub(super) shape: &'static str,
    /// What stands in a document where nothing is said, as JSON.
    pub(super) defaults: &'static str,
    /// Arrays in `properties` whose items are things of their own, and the kinds of these.
    pub(super) parts: &'static [(&'static str, &'static str)],
    /// What can't be changed.
    pub(super) fixed: &'static [&'static str],
    /// The code with which the deletion of one in use is refused.
    pub(super) in_use: &'static str,
    /// Writes take their time.
    pub(super) is_slow: bool,
}

const SUBNET: &str = "~id ~etag ~type name properties{addressPrefix addressPrefixes[] defaultOutboundAccess?
    delegations[{~id ~etag ~type !name properties{!serviceName ~actions[] ~provisioningState}}]
    ipamPoolPrefixAllocations[{!pool{!id} !numberOfIpAddresses ~allocatedAddressPrefixes[]}]
    networkSecurityGroup{!id} routeTable{!id} natGateway{!id}
    privateEndpointNetworkPolicies=Enabled|Disabled|NetworkSecurityGroupEnabled|RouteTableEnabled
    privateLinkServiceNetworkPolicies=Enabled|Disabled
    serviceEndpoints[{!service locations[] ~provisioningState}] serviceEndpointPolicies[{!id}]
    sharingScope=Tenant|DelegatedServices ~ipConfigurations[] ~purpose ~provisioningState}";
const RULE: &str = "~id ~etag ~type name properties{!access=Allow|Deny description destinationAddressPrefix
    destinationAddressPrefixes[] destinationApplicationSecurityGroups[{!id}] destinationPortRange destinationPortRanges[]
    !direction=Inbound|Outbound !priority# !protocol=*|Tcp|Udp|Icmp|Esp|Ah sourceAddressPrefix sourceAddressPrefixes[]
    sourceApplicationSecurityGroups[{!id}] sourcePortRange sourcePortRanges[] ~provisioningState}";
const ROUTE: &str =
    "~id ~etag ~type name properties{addressPrefix nextHopIpAddress ~hasBgpOverride? ~provisioningState
    !nextHopType=VirtualNetworkGateway|VnetLocal|Internet|VirtualAppliance|None}";

/// Puts a shape of parts into that of the whole.
macro_rules! whole {
    ($before:literal, $after:literal) => {
        concat!("~id ~name ~type ~etag !location tags<> ", $before, $after)
    };
}

pub(super) const KINDS: &[Kind] = &[
    Kind {
        path: "Microsoft.Compute/availabilitySets",
        shape: "~id ~name ~type !location tags<> sku{name=Aligned|Classic} properties{platformFaultDomainCount#
            platformUpdateDomainCount# proximityPlacementGroup{!id} ~virtualMachines[{!id}]}",
        defaults: r#"{"sku": {"name": "Classic"}, "properties": {"platformFaultDomainCount": 3,
            "platformUpdateDomainCount": 5}}"#,
        parts: &[],
        fixed: &[
            "/properties/platformFaultDomainCount",
            "/properties/platformUpdateDomainCount",
            "/properties/proximityPlacementGroup",
            "/sku",
        ],
        in_use: "OperationNotAllowed",
        is_slow: false,
    },
    Kind {
        path: "Microsoft.Compute/disks",
        shape: disks::SHAPE,
        defaults: disks::DEFAULTS,
        parts: &[],
        fixed: disks::FIXED,
        in_use: "OperationNotAllowed",
        is_slow: true,
    },
    Kind {
        path: "Microsoft.Compute/virtualMachines",
        shape: machines::SHAPE,
        defaults: machines::DEFAULTS,
        parts: &[],
        fixed: machines::FIXED,
        in_use: "OperationNotAllowed",
        is_slow: true,
    },
    Kind {
        path: "Microsoft.Network/virtualNetworks",
        shape: whole!(
            "extendedLocation{!name !type=EdgeZone} !properties{!addressSpace{addressPrefixes[]
             ipamPoolPrefixAllocations[{!pool{!id} !numberOfIpAddresses ~allocatedAddressPrefixes[]}]}
             bgpCommunities{!virtualNetworkCommunity ~regionalCommunity} ddosProtectionPlan{!id} dhcpOptions{dnsServers[]}
             enableDdosProtection? enableVmProtection? encryption{!enabled? enforcement=DropUnencrypted|AllowUnencrypted}
             flowTimeoutInMinutes# privateEndpointVNetPolicies=Disabled|Basic ~provisioningState ~resourceGuid ",
            "~virtualNetworkPeerings[] subnets<>}"
        ),
        defaults: r#"{"properties": {"enableDdosProtection": false, "privateEndpointVNetPolicies": "Disabled"}}"#,
        parts: &[("subnets", "Microsoft.Network/virtualNetworks/subnets")],
        fixed: &["/extendedLocation"],
        in_use: "InUseVirtualNetworkCannotBeDeleted",
        is_slow: true,
    },
    Kind {
        path: "Microsoft.Network/virtualNetworks/subnets",
        shape: SUBNET,
        defaults: r#"{"properties": {"privateEndpointNetworkPolicies": "Disabled", "delegations": [],
            "privateLinkServiceNetworkPolicies": "Enabled"}}"#,
        parts: &[],
        fixed: &[],
        in_use: "InUseSubnetCannotBeDeleted",
        is_slow: true,
    },
    Kind {
        path: "Microsoft.Network/networkSecurityGroups",
        shape: whole!(
            "properties{flushConnection? ~defaultSecurityRules[] ~networkInterfaces[] ~subnets[] ~provisioningState ",
            "~resourceGuid securityRules<>}"
        ),
        defaults: r#"{"properties": {}}"#,
        parts: &[("securityRules", "Microsoft.Network/networkSecurityGroups/securityRules")],
        fixed: &[],
        in_use: "InUseNetworkSecurityGroupCannotBeDeleted",
        is_slow: true,
    },
    Kind {
        path: "Microsoft.Network/networkSecurityGroups/securityRules",
        shape: RULE,
        defaults: r#"{"properties": {"sourceAddressPrefixes": [], "destinationAddressPrefixes": [],
            "sourcePortRanges": [], "destinationPortRanges": []}}"#,
        parts: &[],
        fixed: &[],
        in_use: "",
        is_slow: true,
    },
    Kind {
        path: "Microsoft.Network/routeTables",
        shape: whole!(
            "properties{disableBgpRoutePropagation? ~subnets[] ~provisioningState ~resourceGuid ",
            "routes<>}"
        ),
        defaults: r#"{"properties": {"disableBgpRoutePropagation": false}}"#,
        parts: &[("routes", "Microsoft.Network/routeTables/routes")],
        fixed: &[],
        in_use: "InUseRouteTableCannotBeDeleted",
        is_slow: true,
    },
    Kind {
        path: "Microsoft.Network/routeTables/routes",
        shape: ROUTE,
        defaults: r#"{"properties": {}}"#,
        parts: &[],
        fixed: &[],
        in_use: "",
        is_slow: true,
    },
    Kind {
        path: "Microsoft.Network/publicIPAddresses",
        shape: whole!(
            "extendedLocation{!name !type=EdgeZone} sku{name=Basic|Standard tier=Regional|Global} zones[]
             properties{ddosSettings{protectionMode=VirtualNetworkInherited|Enabled|Disabled ddosProtectionPlan{!id}}
             dnsSettings{domainNameLabel ~fqdn reverseFqdn
             domainNameLabelScope=TenantReuse|SubscriptionReuse|ResourceGroupReuse|NoReuse}
             idleTimeoutInMinutes# ~ipAddress ~ipConfiguration<> ipTags[{ipTagType tag}] ~provisioningState
             publicIPAddressVersion=IPv4|IPv6 publicIPAllocationMethod=Static|Dynamic publicIPPrefix{!id} ",
            "~resourceGuid}"
        ),
        defaults: r#"{"sku": {"name": "Basic", "tier": "Regional"}, "properties": {"publicIPAddressVersion": "IPv4",
            "publicIPAllocationMethod": "Dynamic", "idleTimeoutInMinutes": 4, "ipTags": []}}"#,
        parts: &[],
        fixed: &[
            "/extendedLocation",
            "/properties/ipTags",
            "/properties/publicIPAddressVersion",
            "/properties/publicIPPrefix",
            "/sku/name",
            "/sku/tier",
            "/zones",
        ],
        in_use: "PublicIPAddressCannotBeDeleted",
        is_slow: true,
    },
    Kind {
        path: "Microsoft.ManagedIdentity/userAssignedIdentities",
        shape: "~id ~name ~type ~etag !location tags<> ~properties{}",
        defaults: r#"{"properties": {}}"#,
        parts: &[],
        fixed: &[],
        in_use: "IdentityInUse",
        is_slow: false,
    },
    Kind {
        path: "Microsoft.Network/networkInterfaces",
        shape: whole!(
            "extendedLocation{!name !type=EdgeZone} properties{
             auxiliaryMode=None|MaxConnections|Floating|AcceleratedConnections auxiliarySku=None|A1|A2|A4|A8
             dnsSettings{dnsServers[] ~appliedDnsServers[] internalDnsNameLabel ~internalDomainNameSuffix ~internalFqdn}
             enableAcceleratedNetworking? enableIPForwarding? ~macAddress networkSecurityGroup{!id} ~nicType ~primary?
             ~provisioningState ~resourceGuid ~virtualMachine<> ~vnetEncryptionSupported?
             ipConfigurations[{~id ~etag ~type !name properties{primary? privateIPAddress gatewayLoadBalancer{!id}
             privateIPAllocationMethod=Static|Dynamic privateIPAddressVersion=IPv4|IPv6 publicIPAddress{!id} subnet{!id}
             ~provisioningState ",
            "loadBalancerBackendAddressPools[{!id}]}}]}"
        ),
        defaults: r#"{"properties": {"enableAcceleratedNetworking": false, "enableIPForwarding": false,
            "dnsSettings": {"dnsServers": []}}}"#,
        parts: &[],
        fixed: &["/extendedLocation"],
        in_use: "NicInUse",
        is_slow: true,
    },
];
