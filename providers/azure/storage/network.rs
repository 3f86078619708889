//! Who may reach an account: the block `network_rules`.

use crate::arm::document::Document;
use crate::storage::settings::fill_block;
use serde_json::{Value as Json, json};
use trueup_provider_kit::{Fields, Object};

const RULES: &str = "/properties/networkAcls";

/// Puts what the block says into a document; what it leaves to Azure stays unsaid.
pub(super) fn edit(object: &Object, tenant: &str, account: &mut Json) {
    let Some(rules) = object.item("network_rules") else { return };
    account.set(&format!("{RULES}/defaultAction"), rules.text("default_action"));
    if rules.is_set("bypass") {
        let bypass = rules.texts("bypass").join(", ");
        let bypass = if bypass.is_empty() { "None".to_owned() } else { bypass };
        account.set(&format!("{RULES}/bypass"), Some(bypass));
    }
    for (name, path, key) in LISTS {
        if rules.is_set(name) {
            let items: Json =
                rules.texts(name).iter().map(|text| json!({key: text, "action": "Allow"})).collect();
            account.set(&format!("{RULES}/{path}"), Some(items));
        }
    }
    let access = rules.items("private_link_access").iter().map(|access| {
        json!({"resourceId": access.text("endpoint_resource_id"),
            "tenantId": access.text("endpoint_tenant_id").unwrap_or(tenant)})
    });
    account.set(&format!("{RULES}/resourceAccessRules"), Some(access.collect::<Json>()));
}

/// Sets of texts, where documents have them, and under which key.
const LISTS: [(&str, &str, &str); 2] =
    [("ip_rules", "ipRules", "value"), ("virtual_network_subnet_ids", "virtualNetworkRules", "id")];

pub(super) fn fill(object: &mut Object, account: &Json) {
    fill_block(object, "network_rules", account.at(RULES), |block, rules| {
        block.put_text("default_action", rules.word("/defaultAction"));
        let bypass = rules.word("/bypass").unwrap_or("None").split(',').map(str::trim);
        block.put_texts("bypass", bypass);
        for (name, path, key) in LISTS {
            block.put_texts(name, rules.words_in(&format!("/{path}"), &format!("/{key}")));
        }
        let blank = block.blank_item("private_link_access");
        let access = rules.array("/resourceAccessRules").iter().map(|rule| {
            let mut access = blank.clone();
            access.put_text("endpoint_resource_id", rule.word("/resourceId"));
            access.put_text("endpoint_tenant_id", rule.word("/tenantId"));
            access
        });
        block.put_items("private_link_access", access);
    });
}
