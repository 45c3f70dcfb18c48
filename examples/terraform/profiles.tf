# What a machine boots when it has nothing on its disk: Flatcar in memory, which fetches its configuration over HTTP.
resource "matchbox_profile" "live" {
  name   = "flatcar-live"
  kernel = "/assets/flatcar/${var.os_version}/flatcar_production_pxe.vmlinuz"

  initrd = [
    "--name main /assets/flatcar/${var.os_version}/flatcar_production_pxe_image.cpio.gz",
  ]

  args = [
    "initrd=main",
    "flatcar.first_boot=yes",
    # $${…} leaves ${…} for iPXE to fill in.
    "ignition.config.url=${var.matchbox_http_endpoint}/ignition?uuid=$${uuid}&mac=$${mac:hexhyp}",
  ]

  # What is in double braces is filled in by Matchbox from the group's metadata, machine by machine.
  raw_ignition = jsonencode({
    ignition = { version = "3.4.0" }
    passwd = {
      users = [{
        name              = "core"
        sshAuthorizedKeys = [var.ssh_authorized_key]
      }]
    }
    storage = {
      files = [{
        path     = "/etc/hostname"
        mode     = 420
        contents = { source = "data:,{{.hostname}}" }
      }]
    }
  })

  generic_config = <<-EOT
    region={{.region}}
    hostname={{.hostname}}
  EOT
}
