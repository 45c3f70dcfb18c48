terraform {
  required_version = ">= 1.3"

  required_providers {
    matchbox = {
      source  = "poseidon/matchbox"
      version = "~> 0.5"
    }
  }
}

# The gRPC address of Matchbox and a client certificate: `matchbox certs init` makes both sides' files.
provider "matchbox" {
  endpoint    = var.matchbox_rpc_endpoint
  client_cert = file("${var.certificates}/client.crt")
  client_key  = file("${var.certificates}/client.key")
  ca          = file("${var.certificates}/ca.crt")
}
