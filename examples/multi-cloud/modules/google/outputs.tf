output "network_id" {
  description = "The network."
  value       = google_compute_network.this.id
}

output "address" {
  description = "The machine's private address."
  value       = google_compute_instance.web.network_interface[0].network_ip
}

output "bucket" {
  description = "Where the objects are."
  value       = google_storage_bucket.content.url
}

output "identity" {
  description = "As whom the machine acts."
  value       = google_service_account.web.email
}
