//! `google_project`: one project.

use crate::account::site::Site;
use crate::links::segment;
use async_trait::async_trait;
use trueup_provider_kit::{DataSource, Fault, FaultKind, Fields, Object, Tags};

/// `google_project`
pub(crate) struct Project;

#[async_trait]
impl DataSource<Site> for Project {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let own = || site.settings.project.clone();
        let id = object.owned("project_id").or_else(own).ok_or_else(|| {
            Fault::new(FaultKind::Invalid, "no project value set")
                .hint("Set project_id in the data source, or project in the provider block.")
        })?;
        let path = format!("projects/{}", segment(&id));
        let project = site.resource_manager.get(&path).await?;
        if project["lifecycleState"] != "ACTIVE" {
            let message =
                format!("the project {id} is not active: its state is {}", project["lifecycleState"]);
            return Err(Fault::new(FaultKind::NotFound, message));
        }
        object.put_text("id", Some(&path));
        object.put_text("project_id", project["projectId"].as_str());
        object.put_text("name", project["name"].as_str());
        object.put_text("number", project["projectNumber"].as_str());
        let parent =
            |kind: &str| project["parent"]["id"].as_str().filter(|_| project["parent"]["type"] == kind);
        object.put_text("org_id", parent("organization"));
        object.put_text("folder_id", parent("folder"));
        object.put_flag("auto_create_network", Some(true));
        let labels = project["labels"].as_object().into_iter().flatten();
        let labels: Tags =
            labels.filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned()))).collect();
        for name in ["labels", "terraform_labels", "effective_labels"] {
            object.put_map(name, &labels);
        }
        object.put_text("billing_account", billing(site, &path).await?);
        Ok(())
    }
}

/// The account that pays; nothing where the caller may not see it.
async fn billing(site: &Site, project: &str) -> Result<Option<String>, Fault> {
    match site.billing.get(&format!("{project}/billingInfo")).await {
        Ok(info) => {
            let name = info["billingAccountName"].as_str().filter(|name| !name.is_empty());
            Ok(name.map(|name| name.trim_start_matches("billingAccounts/").to_owned()))
        }
        Err(fault) if matches!(fault.kind, FaultKind::Denied | FaultKind::NotFound) => Ok(None),
        Err(fault) => Err(fault),
    }
}
