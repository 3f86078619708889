# A network, a machine, a bucket and the service account that lets the one at the other, on Google Cloud.

data "google_compute_zones" "available" {
  project = var.project
  region  = var.region
  status  = "UP"
}

data "google_compute_image" "linux" {
  family  = "debian-12"
  project = "debian-cloud"
}

resource "google_compute_network" "this" {
  name                    = var.name
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "this" {
  name          = "${var.name}-web"
  network       = google_compute_network.this.id
  region        = var.region
  ip_cidr_range = cidrsubnet(var.cidr_block, 4, 0)
}

resource "google_compute_firewall" "open" {
  for_each = var.open_ports

  name          = "${var.name}-${each.key}"
  network       = google_compute_network.this.id
  source_ranges = ["0.0.0.0/0"]
  target_tags   = ["web"]

  allow {
    protocol = "tcp"
    ports    = [tostring(each.value)]
  }
}

resource "google_service_account" "web" {
  account_id   = "${var.name}-web"
  display_name = "The web server of ${var.name}"
}

resource "google_compute_instance" "web" {
  name         = "${var.name}-web"
  machine_type = "e2-small"
  zone         = data.google_compute_zones.available.names[0]
  tags         = ["web"]

  metadata = {
    ssh-keys       = "operator:${var.public_key}"
    startup-script = var.user_data
  }

  boot_disk {
    initialize_params {
      image = data.google_compute_image.linux.self_link
      size  = 10
    }
  }

  network_interface {
    subnetwork = google_compute_subnetwork.this.id
  }

  service_account {
    email  = google_service_account.web.email
    scopes = ["cloud-platform"]
  }
}

resource "google_storage_bucket" "content" {
  name                        = "${var.name}-${var.suffix}-content"
  location                    = "EU"
  uniform_bucket_level_access = true
  force_destroy               = true

  versioning {
    enabled = true
  }
}

resource "google_storage_bucket_object" "site" {
  bucket       = google_storage_bucket.content.name
  name         = "site.json"
  content_type = "application/json"
  content      = var.site
}

resource "google_storage_bucket_iam_member" "web" {
  bucket = google_storage_bucket.content.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.web.member
}

resource "google_project_iam_member" "logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = google_service_account.web.member
}
