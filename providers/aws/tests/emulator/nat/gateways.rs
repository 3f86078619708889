//! What the fake knows of NAT gateways (EC2 API reference, `NatGateway` and the actions on it): states and addresses take
//! until they have been looked at once, and what the reference rules out is refused.

use super::server::Form;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Code and message.
pub(super) struct Refusal(pub(super) &'static str, pub(super) String);

type Outcome<T> = Result<T, Refusal>;

#[derive(Default)]
pub(super) struct Gateways {
    all: BTreeMap<String, Gateway>,
    tokens: BTreeMap<String, String>,
    count: usize,
}

struct Gateway {
    state: &'static str,
    is_regional: bool,
    is_manual: bool,
    connectivity: String,
    place: String,
    addresses: Vec<Address>,
    tags: BTreeMap<String, String>,
}

#[derive(Clone, Default)]
struct Address {
    allocation: String,
    association: String,
    private: String,
    zone: &'static str,
    is_primary: bool,
    status: &'static str,
}

const ZONES: [(&str, &str); 4] = [
    ("us-east-1a", "use1-az1"),
    ("us-east-1b", "use1-az2"),
    ("us-east-1c", "use1-az3"),
    ("us-east-1d", "use1-az4"),
];

fn refuse<T>(code: &'static str, message: &str) -> Outcome<T> {
    Err(Refusal(code, message.to_owned()))
}

/// `Name.1`, `Name.2` and so on.
fn list(form: &Form, name: &str) -> Vec<String> {
    (1..).map_while(|n| form.get(&format!("{name}.{n}")).cloned()).collect()
}

fn need(form: &Form, name: &str) -> Outcome<String> {
    let missing = || Refusal("MissingParameter", format!("The request must contain the parameter {name}"));
    form.get(name).cloned().ok_or_else(missing)
}

/// The zone that the parameters below `prefix` name.
fn zone(form: &Form, prefix: &str) -> Outcome<Option<&'static str>> {
    let name = form.get(&format!("{prefix}AvailabilityZone"));
    let id = form.get(&format!("{prefix}AvailabilityZoneId"));
    let found = match (name, id) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return refuse("InvalidParameterCombination", "A zone has a name or an id"),
        (Some(name), None) => ZONES.iter().find(|(of, _)| of == name),
        (None, Some(id)) => ZONES.iter().find(|(_, of)| of == id),
    };
    found.map(|(name, _)| Some(*name)).ok_or_else(|| Refusal("InvalidParameterValue", "No such zone".into()))
}

impl Gateways {
    pub(super) fn answer(&mut self, form: &Form) -> Outcome<String> {
        match need(form, "Action")?.as_str() {
            "CreateNatGateway" => self.create(form),
            "DescribeNatGateways" => Ok(self.describe(form)),
            "DeleteNatGateway" => {
                self.at(form)?.state = "deleting";
                Ok(String::new())
            }
            "AssociateNatGatewayAddress" => self.associate(form),
            "DisassociateNatGatewayAddress" => self.disassociate(form),
            "AssignPrivateNatGatewayAddress" => self.assign(form),
            "UnassignPrivateNatGatewayAddress" => self.unassign(form),
            "CreateTags" | "DeleteTags" => self.tag(form),
            other => Err(Refusal("InvalidAction", format!("The action {other} isn't here"))),
        }
    }

    fn next(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    fn at(&mut self, form: &Form) -> Outcome<&mut Gateway> {
        let id = need(form, "NatGatewayId")?;
        let found = self.all.get_mut(&id).filter(|gateway| gateway.state != "deleted");
        found.ok_or_else(|| Refusal("NatGatewayNotFound", format!("The Nat Gateway {id} was not found")))
    }

    /// A new address; an Elastic IP address serves one gateway.
    fn address(&mut self, allocation: &str, private: Option<&String>) -> Outcome<Address> {
        let mut living =
            self.all.values().filter(|gateway| !["deleted", "deleting"].contains(&gateway.state));
        let is_taken = |gateway: &Gateway| gateway.addresses.iter().any(|a| a.allocation == allocation);
        if !allocation.is_empty() && living.any(is_taken) {
            return refuse("Resource.AlreadyAssociated", "The address is already associated");
        }
        let n = self.next();
        Ok(Address {
            allocation: allocation.to_owned(),
            association: if allocation.is_empty() { String::new() } else { format!("eipassoc-{n}") },
            private: private.cloned().unwrap_or_else(|| format!("10.0.1.{n}")),
            status: "succeeded",
            ..Address::default()
        })
    }

    fn create(&mut self, form: &Form) -> Outcome<String> {
        let token = need(form, "ClientToken")?;
        if let Some(id) = self.tokens.get(&token) {
            return Ok(format!("<natGateway>{}</natGateway>", self.shown(id)));
        }
        let is_regional = form.get("AvailabilityMode").is_some_and(|mode| mode == "regional");
        let connectivity = form.get("ConnectivityType").cloned().unwrap_or_else(|| "public".into());
        let addresses = if is_regional { self.regional(form)? } else { self.zonal(form, &connectivity)? };
        let place = need(form, if is_regional { "VpcId" } else { "SubnetId" })?;
        let is_manual = form.contains_key("AvailabilityZoneAddress.1.AllocationId.1");
        let state = if place == "subnet-full" { "failed" } else { "pending" };
        let mut tags = BTreeMap::new();
        for n in 1.. {
            let part = |name: &str| form.get(&format!("TagSpecification.1.Tag.{n}.{name}")).cloned();
            let Some(key) = part("Key") else { break };
            tags.insert(key, part("Value").unwrap_or_default());
        }
        let id = format!("nat-{}", self.next());
        let gateway = Gateway { state, is_regional, is_manual, connectivity, place, addresses, tags };
        self.all.insert(id.clone(), gateway);
        self.tokens.insert(token, id.clone());
        Ok(format!("<natGateway>{}</natGateway>", self.shown(&id)))
    }

    fn zonal(&mut self, form: &Form, connectivity: &str) -> Outcome<Vec<Address>> {
        let is_public = connectivity == "public";
        let allocation = form.get("AllocationId").map(String::as_str).unwrap_or_default();
        let (others, private) =
            (list(form, "SecondaryAllocationId"), list(form, "SecondaryPrivateIpAddress"));
        let count = form.get("SecondaryPrivateIpAddressCount").and_then(|count| count.parse().ok());
        if is_public == allocation.is_empty() || form.contains_key("VpcId") {
            return refuse(
                "InvalidParameterCombination",
                "A public gateway has an address, a private one none",
            );
        }
        if (!others.is_empty() && !is_public) || (count.is_some() && (is_public || !private.is_empty())) {
            return refuse("InvalidParameterCombination", "These secondary addresses don't go together");
        }
        let mut all =
            vec![Address { is_primary: true, ..self.address(allocation, form.get("PrivateIpAddress"))? }];
        for n in 0..others.len().max(private.len()).max(count.unwrap_or(0)) {
            let other = others.get(n).map(String::as_str).unwrap_or_default();
            all.push(self.address(other, private.get(n))?);
        }
        Ok(all)
    }

    fn regional(&mut self, form: &Form) -> Outcome<Vec<Address>> {
        let zonal = ["SubnetId", "AllocationId", "PrivateIpAddress", "SecondaryPrivateIpAddressCount"];
        if zonal.iter().any(|name| form.contains_key(*name)) {
            return refuse("InvalidParameterCombination", "That is for zonal gateways");
        }
        let mut all = Vec::new();
        for n in 1.. {
            let prefix = format!("AvailabilityZoneAddress.{n}.");
            let Some(zone) = zone(form, &prefix)? else { break };
            for allocation in list(form, &format!("{prefix}AllocationId")) {
                all.push(Address { zone, ..self.address(&allocation, None)? });
            }
        }
        if all.is_empty() {
            let n = self.next();
            all.push(Address { zone: ZONES[0].0, ..self.address(&format!("eipalloc-auto{n}"), None)? });
        }
        Ok(all)
    }

    fn describe(&mut self, form: &Form) -> String {
        let values = list(form, "Filter.1.Value");
        let filter = form.get("Filter.1.Name").cloned().unwrap_or_default();
        let is_asked = |id: &String, gateway: &Gateway| match filter.strip_prefix("tag:") {
            Some(key) => gateway.tags.get(key).is_some_and(|value| values.contains(value)),
            None => values.contains(id),
        };
        let ids: Vec<String> =
            self.all.iter().filter(|(id, gateway)| is_asked(id, gateway)).map(|(id, _)| id.clone()).collect();
        let mut out = "<natGatewaySet>".to_owned();
        for id in &ids {
            let _ = write!(out, "<item>{}</item>", self.shown(id));
            self.all.get_mut(id).expect("it was just there").age();
        }
        out + "</natGatewaySet>"
    }

    fn shown(&self, id: &str) -> String {
        let gateway = &self.all[id];
        let Gateway { state, connectivity, place, .. } = gateway;
        let mut out = format!("<natGatewayId>{id}</natGatewayId><state>{state}</state>");
        if gateway.state == "failed" {
            out += "<failureCode>InsufficientFreeAddressesInSubnet</failureCode>\
                <failureMessage>Subnet has no free addresses</failureMessage>";
        }
        let _ = write!(out, "<connectivityType>{connectivity}</connectivityType>");
        if gateway.is_regional {
            let auto = if gateway.is_manual { "disabled" } else { "enabled" };
            let _ = write!(
                out,
                "<vpcId>{place}</vpcId><availabilityMode>regional</availabilityMode><routeTableId>rtb-1</routeTableId>\
                 <autoScalingIps>{auto}</autoScalingIps><autoProvisionZones>{auto}</autoProvisionZones>"
            );
        } else {
            let _ = write!(out, "<vpcId>vpc-1</vpcId><subnetId>{place}</subnetId>");
        }
        out += "<natGatewayAddressSet>";
        gateway.addresses.iter().for_each(|address| address.show(&mut out, gateway.is_regional));
        out += "</natGatewayAddressSet><tagSet>";
        for (key, value) in &gateway.tags {
            let _ = write!(out, "<item><key>{key}</key><value>{value}</value></item>");
        }
        out + "</tagSet>"
    }

    fn associate(&mut self, form: &Form) -> Outcome<String> {
        let gateway = self.at(form)?;
        let zone = zone(form, "")?;
        if gateway.connectivity == "private" || zone.is_some() != gateway.is_regional {
            return refuse("InvalidParameterCombination", "This gateway doesn't take such an address");
        }
        let private = list(form, "PrivateIpAddress");
        let mut joining = Vec::new();
        for (n, allocation) in list(form, "AllocationId").iter().enumerate() {
            joining.push(Address {
                zone: zone.unwrap_or_default(),
                status: "associating",
                ..self.address(allocation, private.get(n))?
            });
        }
        self.at(form)?.addresses.extend(joining);
        Ok(String::new())
    }

    fn disassociate(&mut self, form: &Form) -> Outcome<String> {
        let gateway = self.at(form)?;
        for association in list(form, "AssociationId") {
            match gateway.addresses.iter_mut().find(|address| address.association == association) {
                Some(address) if !address.is_primary => address.status = "disassociating",
                Some(_) => return refuse("InvalidParameter", "The primary address stays"),
                None => return refuse("InvalidAssociationID.NotFound", "No such association"),
            }
        }
        Ok(String::new())
    }

    fn assign(&mut self, form: &Form) -> Outcome<String> {
        if self.at(form)?.connectivity != "private" {
            return refuse("InvalidParameterCombination", "The gateway is public");
        }
        for private in list(form, "PrivateIpAddress") {
            let address = Address { status: "assigning", ..self.address("", Some(&private))? };
            self.at(form)?.addresses.push(address);
        }
        Ok(String::new())
    }

    fn unassign(&mut self, form: &Form) -> Outcome<String> {
        let gateway = self.at(form)?;
        for private in list(form, "PrivateIpAddress") {
            match gateway
                .addresses
                .iter_mut()
                .find(|address| address.private == private && !address.is_primary)
            {
                Some(address) => address.status = "unassigning",
                None => return refuse("InvalidParameterValue", "No such secondary address"),
            }
        }
        Ok(String::new())
    }

    fn tag(&mut self, form: &Form) -> Outcome<String> {
        let id = need(form, "ResourceId.1")?;
        let Some(gateway) = self.all.get_mut(&id) else { return refuse("InvalidID", "No such resource") };
        for n in 1.. {
            let Some(key) = form.get(&format!("Tag.{n}.Key")) else { break };
            if form["Action"] == "CreateTags" {
                let value = form.get(&format!("Tag.{n}.Value")).cloned().unwrap_or_default();
                gateway.tags.insert(key.clone(), value);
            } else {
                gateway.tags.remove(key);
            }
        }
        Ok("<return>true</return>".into())
    }
}

impl Gateway {
    fn age(&mut self) {
        self.state = match self.state {
            "pending" => "available",
            "deleting" => "deleted",
            state => state,
        };
        self.addresses.retain(|address| !["disassociating", "unassigning"].contains(&address.status));
        self.addresses.iter_mut().for_each(|address| address.status = "succeeded");
    }
}

impl Address {
    fn show(&self, out: &mut String, is_regional: bool) {
        let Address { allocation, association, private, status, is_primary, .. } = self;
        let _ = write!(out, "<item><status>{status}</status>");
        if !allocation.is_empty() {
            let _ = write!(
                out,
                "<allocationId>{allocation}</allocationId><associationId>{association}</associationId>\
                 <publicIp>203.0.113.{}</publicIp>",
                allocation.len()
            );
        }
        if is_regional {
            let (zone, id) =
                ZONES.iter().find(|(name, _)| *name == self.zone).expect("a zone of this region");
            let _ = write!(
                out,
                "<availabilityZone>{zone}</availabilityZone><availabilityZoneId>{id}</availabilityZoneId>"
            );
        } else {
            let _ = write!(
                out,
                "<networkInterfaceId>eni-1</networkInterfaceId><privateIp>{private}</privateIp>\
                 <isPrimary>{is_primary}</isPrimary>"
            );
        }
        *out += "</item>";
    }
}
