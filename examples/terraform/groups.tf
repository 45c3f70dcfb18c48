# One group for each machine, told apart by its MAC address.
resource "matchbox_group" "machine" {
  for_each = var.machines

  name    = each.key
  profile = matchbox_profile.live.name

  selector = {
    mac = each.value.mac
  }

  metadata = {
    hostname = "${each.key}.example.com"
    region   = each.value.region
  }
}
