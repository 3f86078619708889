output "network_id" {
  description = "The network."
  value       = azurerm_virtual_network.this.id
}

output "address" {
  description = "The machine's private address."
  value       = azurerm_network_interface.web.private_ip_address
}

output "bucket" {
  description = "Where the objects are."
  value       = "${azurerm_storage_account.content.primary_blob_endpoint}${azurerm_storage_container.content.name}"
}

output "identity" {
  description = "As whom the machine acts."
  value       = azurerm_user_assigned_identity.web.client_id
}
