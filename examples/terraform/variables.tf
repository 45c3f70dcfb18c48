variable "matchbox_rpc_endpoint" {
  type        = string
  description = "host:port of -rpc-address; the host must be in the server's certificate"
  default     = "matchbox.example.com:8081"
}

variable "matchbox_http_endpoint" {
  type        = string
  description = "where machines reach Matchbox"
  default     = "http://matchbox.example.com:8080"
}

variable "certificates" {
  type        = string
  description = "folder with ca.crt, client.crt and client.key"
  default     = "/etc/matchbox"
}

variable "os_version" {
  type        = string
  description = "Flatcar release that is under assets/flatcar"
  default     = "current"
}

variable "ssh_authorized_key" {
  type        = string
  description = "public key that may log in as core"
}

variable "machines" {
  type = map(object({
    mac    = string
    region = string
  }))
  description = "machines by name"
  default = {
    node1 = { mac = "52:54:00:a1:9c:ae", region = "east" }
    node2 = { mac = "52:54:00:b2:2f:86", region = "west" }
  }
}
