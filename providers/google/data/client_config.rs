//! `google_client_config`: what the provider block comes to.

use crate::account::site::Site;
use async_trait::async_trait;
use trueup_provider_kit::{DataSource, Fault, Object};

/// `google_client_config`
pub(crate) struct ClientConfig;

#[async_trait]
impl DataSource<Site> for ClientConfig {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let settings = &site.settings;
        object.put_text("access_token", Some(site.token().await?));
        object.put_map("default_labels", &settings.labels.defaults.clone().unwrap_or_default());
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (project, region, zone) = (text(&settings.project), text(&settings.region), text(&settings.zone));
        object.put_text("id", Some(format!("projects/{project}/regions/{region}/zones/{zone}")));
        object.put_text("project", Some(project));
        object.put_text("region", Some(region));
        object.put_text("zone", Some(zone));
        Ok(())
    }
}
