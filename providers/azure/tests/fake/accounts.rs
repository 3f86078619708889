//! Storage accounts and what holds for their blobs and shares (Microsoft.Storage 2023-05-01).

use super::shape::cleaned;
use super::store::{Document, Refusal, refuse};
use super::{Operation, TENANT, World};
use serde_json::{Value as Json, json};
use trueup_provider_walk::{Reply, Request, merge};

const PATH: &str = "Microsoft.Storage/storageAccounts";

const SHAPE: &str = "~id ~name ~type ~etag !location tags<> extendedLocation{!name !type=EdgeZone} !sku{!name ~tier}
    !kind=Storage|StorageV2|BlobStorage|BlockBlobStorage|FileStorage properties{accessTier=Hot|Cool|Cold|Premium
    allowBlobPublicAccess? allowedCopyScope=AAD|PrivateLink allowCrossTenantReplication? allowSharedKeyAccess?
    defaultToOAuthAuthentication? dnsEndpointType=Standard|AzureDnsZone isHnsEnabled? isLocalUserEnabled?
    isNfsV3Enabled? isSftpEnabled? largeFileSharesState=Enabled|Disabled minimumTlsVersion=TLS1_0|TLS1_1|TLS1_2|TLS1_3
    publicNetworkAccess=Enabled|Disabled supportsHttpsTrafficOnly? customDomain{!name useSubDomainName?}
    azureFilesIdentityBasedAuthentication{!directoryServiceOptions=None|AADDS|AD|AADKERB
    defaultSharePermission=None|StorageFileDataSmbShareReader|StorageFileDataSmbShareContributor
    activeDirectoryProperties{!domainName netBiosDomainName forestName !domainGuid domainSid azureStorageSid}}
    immutableStorageWithVersioning{enabled? immutabilityPolicy{immutabilityPeriodSinceCreationInDays#
    state=Unlocked|Locked|Disabled allowProtectedAppendWrites?}} encryption{keySource=Microsoft.Storage|Microsoft.Keyvault
    keyvaultproperties{keyname keyversion keyvaulturi} identity{userAssignedIdentity}
    requireInfrastructureEncryption? services{queue{keyType=Service|Account} table{keyType=Service|Account}}}
    networkAcls{bypass !defaultAction=Allow|Deny ipRules[{!value action=Allow}] virtualNetworkRules[{!id action=Allow}]
    resourceAccessRules[{!tenantId !resourceId}]} routingPreference{routingChoice=MicrosoftRouting|InternetRouting
    publishInternetEndpoints? publishMicrosoftEndpoints?} sasPolicy{!expirationAction=Log|Block !sasExpirationPeriod}}";

const BLOBS: &str = "~id ~name ~type ~etag ~sku{} properties{changeFeed{!enabled? retentionInDays#}
    containerDeleteRetentionPolicy{!enabled? days# allowPermanentDelete?} cors{corsRules[{!allowedHeaders[]
    !allowedMethods[] !allowedOrigins[] !exposedHeaders[] !maxAgeInSeconds#}]} defaultServiceVersion
    deleteRetentionPolicy{!enabled? days# allowPermanentDelete?} isVersioningEnabled?
    lastAccessTimeTrackingPolicy{!enable? name=AccessTimeTracking trackingGranularityInDays# blobType[]}
    restorePolicy{!enabled? days# ~minRestoreTime} ~provisioningState}";

const SHARES: &str =
    "~id ~name ~type ~etag ~sku{} properties{cors{corsRules[{!allowedHeaders[] !allowedMethods[]
    !allowedOrigins[] !exposedHeaders[] !maxAgeInSeconds#}]} shareDeleteRetentionPolicy{!enabled? days#}
    protocolSettings{smb{versions authenticationMethods kerberosTicketEncryption channelEncryption
    multichannel{enabled?}}}}";

/// What can't be changed.
const FIXED: [&str; 7] = [
    "/location",
    "/properties/dnsEndpointType",
    "/properties/encryption/requireInfrastructureEncryption",
    "/properties/encryption/services",
    "/properties/immutableStorageWithVersioning",
    "/properties/isHnsEnabled",
    "/properties/isNfsV3Enabled",
];

impl World {
    /// Answers what is asked of an account, of its keys and of its blobs; None where the path leads elsewhere.
    pub(super) fn account(
        &mut self,
        request: &Request,
        segments: &[String],
        is_doomed: bool,
    ) -> Option<Result<Reply, Refusal>> {
        let low: Vec<String> = segments.iter().map(|part| part.to_lowercase()).collect();
        let words: Vec<&str> = low.iter().map(String::as_str).collect();
        let [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            "microsoft.storage",
            "storageaccounts",
            _,
            rest @ ..,
        ] = words.as_slice()
        else {
            return None;
        };
        let id = format!("/{}", segments[..8].join("/"));
        let method = request.method.as_str();
        Some(match (method, rest) {
            ("PUT", []) => self.put_account(request, &id, is_doomed),
            (_, []) => self.on_account(request, &id),
            ("POST", ["listkeys"]) => self.keys(&id),
            ("GET", [service @ ("blobservices" | "fileservices"), "default"]) => {
                self.service(&id, service).map(|body| Reply::json(200, &body))
            }
            ("PUT", [service @ ("blobservices" | "fileservices"), "default"]) => {
                self.put_service(request, &id, service)
            }
            (_, ["blobservices", "default", "containers"] | ["blobservices", "default", "containers", _]) => {
                self.container(request, segments)
            }
            _ => Err(refuse(405, "MethodNotAllowed", method)),
        })
    }

    fn put_account(&mut self, request: &Request, id: &str, is_doomed: bool) -> Result<Reply, Refusal> {
        let key = id.to_lowercase();
        let group: String = key.split('/').take(5).collect::<Vec<_>>().join("/");
        if !self.documents.contains_key(&group) {
            return Err(refuse(404, "ResourceGroupNotFound", group));
        }
        if self.documents.contains_key(&key) {
            return Err(refuse(409, "StorageAccountAlreadyExists", "An account is changed with PATCH here."));
        }
        let name = id.rsplit('/').next().unwrap_or_default().to_owned();
        let is_same = |of: &&String| of.ends_with(&format!("/storageaccounts/{}", name.to_lowercase()));
        if self.documents.keys().any(|of| is_same(&of)) {
            return Err(refuse(409, "StorageAccountAlreadyTaken", format!("{name} is already taken")));
        }
        let mut body = request.json().ok_or_else(|| refuse(400, "InvalidRequestContent", "no JSON"))?;
        let mut wanted = json!({"properties": {
            "accessTier": "Hot", "supportsHttpsTrafficOnly": true, "minimumTlsVersion": "TLS1_0",
            "networkAcls": {"bypass": "AzureServices", "defaultAction": "Allow", "ipRules": [],
                "virtualNetworkRules": [], "resourceAccessRules": []},
        }});
        if body["kind"] == "Storage" {
            wanted["properties"]["accessTier"] = Json::Null;
        }
        let identity = body.as_object_mut().and_then(|body| body.remove("identity"));
        merge(&mut wanted, &judged(SHAPE, &body)?);
        wanted["identity"] = json!({"type": "None"});
        if let Some(identity) = identity.filter(Json::is_object) {
            merge(&mut wanted["identity"], &identity);
        }
        let location = wanted["location"].as_str().unwrap_or_default().to_lowercase().replace(' ', "");
        wanted["location"] = json!(location);
        wanted["id"] = json!(id);
        wanted["name"] = json!(name);
        wanted["type"] = json!(PATH);
        self.fill_account(&mut wanted)?;
        wanted["properties"]["provisioningState"] = json!("Creating");
        let document = Document { path: PATH.into(), body: wanted, hidden: self.delay };
        self.documents.insert(key.clone(), document);
        let operation = Operation { target: key, is_deletion: false, is_doomed, looks: 1, is_over: false };
        Ok(self.accepted(request, operation, Reply::empty(202)))
    }

    fn on_account(&mut self, request: &Request, id: &str) -> Result<Reply, Refusal> {
        let key = id.to_lowercase();
        let missing = || refuse(404, "ResourceNotFound", format!("The Resource '{id}' was not found."));
        if request.method == "DELETE" {
            self.documents.retain(|of, _| *of != key && !of.starts_with(&format!("{key}/")));
            return Ok(Reply::empty(200));
        }
        if request.method == "GET" {
            self.look(&key);
        }
        let document = self.documents.get_mut(&key).ok_or_else(missing)?;
        match request.method.as_str() {
            "GET" if document.hidden > 0 => {
                document.hidden -= 1;
                Err(missing())
            }
            "GET" => Ok(Reply::json(200, &document.body)),
            "PATCH" => self.patch_account(request, &key),
            method => Err(refuse(405, "MethodNotAllowed", method)),
        }
    }

    fn patch_account(&mut self, request: &Request, key: &str) -> Result<Reply, Refusal> {
        self.check_free(key)?;
        let body = request.json().ok_or_else(|| refuse(400, "InvalidRequestContent", "no JSON"))?;
        let mut plain = body.clone();
        if let Some(plain) = plain.as_object_mut() {
            plain.remove("identity");
        }
        let shape = SHAPE.replace("!location ", "").replace("!sku{", "sku{").replace("!kind=", "kind=");
        judged(&shape, &plain)?;
        if !body["kind"].is_null() && body["kind"] != "StorageV2" {
            let message = "The value of kind in a change can only be StorageV2.";
            return Err(refuse(400, "InvalidRequestPropertyValue", message));
        }
        let old = self.documents[key].body.clone();
        let mut wanted = old.clone();
        if body["tags"].is_object() {
            wanted["tags"] = json!({});
        }
        // How requests are routed is given whole.
        if body["properties"]["routingPreference"].is_object() {
            wanted["properties"]["routingPreference"] = json!({});
        }
        let before = wanted["properties"]["azureFilesIdentityBasedAuthentication"].clone();
        merge(&mut wanted, &body);
        let properties = &mut wanted["properties"];
        if properties["customDomain"]["name"] == "" {
            properties["customDomain"] = Json::Null;
        }
        // A directory's word ends before another's begins, and leaves nothing behind.
        let directory = |one: &Json| one["directoryServiceOptions"].as_str().unwrap_or("None").to_owned();
        let now = &properties["azureFilesIdentityBasedAuthentication"];
        let kinds = [directory(&before), directory(now)];
        if kinds[0] != kinds[1] && !kinds.contains(&"None".to_owned()) {
            return Err(refuse(400, "InvalidRequestPropertyValue", "Another directory is in force."));
        }
        if kinds[1] == "None" && !now.is_null() {
            properties["azureFilesIdentityBasedAuthentication"] = json!({"directoryServiceOptions": "None"});
        }
        if properties["encryption"]["keySource"] == "Microsoft.Storage" {
            properties["encryption"]["keyvaultproperties"] = Json::Null;
        }
        let is_free = old["kind"] == wanted["kind"]
            || (["Storage", "BlobStorage"].contains(&old["kind"].as_str().unwrap_or_default())
                && wanted["kind"] == "StorageV2");
        if !is_free || FIXED.iter().any(|path| old.pointer(path) != wanted.pointer(path)) {
            return Err(refuse(409, "AccountPropertyCannotBeUpdated", "It can't be updated."));
        }
        if old["kind"] != wanted["kind"] && wanted["properties"]["accessTier"].is_null() {
            wanted["properties"]["accessTier"] = json!("Hot");
        }
        self.fill_account(&mut wanted)?;
        self.documents.get_mut(key).expect("it is there").body = wanted.clone();
        Ok(Reply::json(200, &wanted))
    }

    /// What the API itself says of an account.
    fn fill_account(&self, body: &mut Json) -> Result<(), Refusal> {
        let id = body["id"].as_str().unwrap_or_default().to_owned();
        let name = body["name"].as_str().unwrap_or_default().to_owned();
        let sku = body["sku"]["name"].as_str().unwrap_or_default().to_owned();
        if body["properties"]["isSftpEnabled"] == true && body["properties"]["isHnsEnabled"] != true {
            return Err(refuse(400, "InvalidRequestPropertyValue", "SFTP needs a hierarchical namespace."));
        }
        let encryption = body["properties"]["encryption"].clone();
        if encryption["keySource"] == "Microsoft.Keyvault" {
            let user = encryption["identity"]["userAssignedIdentity"].as_str().unwrap_or_default();
            let users = body["identity"]["userAssignedIdentities"].as_object();
            if !users.is_some_and(|users| users.keys().any(|one| one.eq_ignore_ascii_case(user))) {
                return Err(refuse(
                    400,
                    "InvalidValuesForRequestParameters",
                    "The account isn't that identity.",
                ));
            }
        }
        body["sku"]["tier"] = json!(sku.split('_').next());
        let services: &[&str] = match body["kind"].as_str() {
            Some("FileStorage") => &["file"],
            Some("BlobStorage" | "BlockBlobStorage") => &["blob", "dfs", "web"],
            _ => &["blob", "dfs", "file", "queue", "table", "web"],
        };
        let endpoints = |side: &str, way: &str| -> Json {
            let address = |service: &&str| {
                (
                    (*service).to_owned(),
                    json!(format!("https://{name}{side}{way}.{service}.core.windows.net/")),
                )
            };
            services.iter().map(address).collect::<serde_json::Map<String, Json>>().into()
        };
        let routing = body["properties"]["routingPreference"].clone();
        let all = |side: &str| {
            let mut out = endpoints(side, "");
            for (published, inner, way) in [
                ("publishInternetEndpoints", "internetEndpoints", "-internetrouting"),
                ("publishMicrosoftEndpoints", "microsoftEndpoints", "-microsoftrouting"),
            ] {
                if routing[published] == true {
                    out[inner] = endpoints(side, way);
                }
            }
            out
        };
        let properties = &mut body["properties"];
        properties["primaryEndpoints"] = all("");
        properties["primaryLocation"] = json!("westeurope");
        let is_copied = sku.contains("GRS") || sku.contains("GZRS");
        properties["secondaryLocation"] = if is_copied { json!("northeurope") } else { Json::Null };
        properties["secondaryEndpoints"] = if sku.contains("_RA") { all("-secondary") } else { Json::Null };
        let kind = body["identity"]["type"].as_str().unwrap_or("None").to_owned();
        for (field, value) in [("principalId", self.guid(&id)), ("tenantId", TENANT.to_owned())] {
            body["identity"][field] = if kind.contains("System") { json!(value) } else { Json::Null };
        }
        for user in body["identity"]["userAssignedIdentities"].as_object().into_iter().flatten() {
            if !self.documents.contains_key(&user.0.to_lowercase()) {
                return Err(refuse(400, "FailedIdentityOperation", format!("{} was not found", user.0)));
            }
        }
        Ok(())
    }

    fn keys(&self, id: &str) -> Result<Reply, Refusal> {
        let there = self.documents.get(&id.to_lowercase());
        there.ok_or_else(|| refuse(404, "ResourceNotFound", id))?;
        let key = |number: u32| json!({"keyName": format!("key{number}"), "permissions": "FULL", "value": format!("a2V5{number}")});
        Ok(Reply::json(200, &json!({"keys": [key(1), key(2)]})))
    }

    /// What holds for the blobs or the shares of an account; it is there with the account.
    fn service(&self, id: &str, service: &str) -> Result<Json, Refusal> {
        let key = id.to_lowercase();
        self.documents.get(&key).ok_or_else(|| refuse(404, "ResourceNotFound", id))?;
        if let Some(document) = self.documents.get(&format!("{key}/{service}/default")) {
            return Ok(document.body.clone());
        }
        let (name, properties) = match service {
            "blobservices" => (
                "blobServices",
                json!({"cors": {"corsRules": []}, "deleteRetentionPolicy": {"enabled": false, "allowPermanentDelete": false}}),
            ),
            _ => (
                "fileServices",
                json!({"cors": {"corsRules": []}, "shareDeleteRetentionPolicy": {"enabled": true, "days": 7},
                    "protocolSettings": {"smb": {}}}),
            ),
        };
        Ok(json!({"id": format!("{id}/{name}/default"), "name": "default", "type": format!("{PATH}/{name}"),
            "properties": properties}))
    }

    fn put_service(&mut self, request: &Request, id: &str, service: &str) -> Result<Reply, Refusal> {
        let mut body = self.service(id, service)?;
        let wanted = request.json().ok_or_else(|| refuse(400, "InvalidRequestContent", "no JSON"))?;
        let wanted = judged(if service == "blobservices" { BLOBS } else { SHARES }, &wanted)?;
        let properties = &wanted["properties"];
        let needs = ["/changeFeed/enabled", "/isVersioningEnabled", "/deleteRetentionPolicy/enabled"];
        let is_on = |path: &str| properties.pointer(path) == Some(&json!(true));
        if properties["restorePolicy"]["enabled"] == true && !needs.iter().all(|path| is_on(path)) {
            return Err(refuse(
                400,
                "InvalidRequestPropertyValue",
                "Restoring needs versions, changes and deletions.",
            ));
        }
        let account = &self.documents[&id.to_lowercase()].body;
        let channels = &properties["protocolSettings"]["smb"]["multichannel"];
        if !channels.is_null() && account["kind"] != "FileStorage" {
            return Err(refuse(
                400,
                "FeatureNotSupportedForAccount",
                "Several channels are for files alone.",
            ));
        }
        for (name, part) in properties.as_object().into_iter().flatten() {
            body["properties"][name] = part.clone();
        }
        let key = format!("{}/{service}/default", id.to_lowercase());
        let path = body["type"].as_str().unwrap_or_default().to_owned();
        self.documents.insert(key, Document { path, body: body.clone(), hidden: 0 });
        Ok(Reply::json(200, &body))
    }
}

fn judged(shape: &str, body: &Json) -> Result<Json, Refusal> {
    cleaned(shape, body).map_err(|why| refuse(400, "InvalidRequestPropertyValue", why))
}
