import Addresses

extension IPAddress {
    /// Whether this is an IPv4 address that ends in .0 or .255, which some old equipment takes for a broadcast address.
    package var isBuggy: Bool {
        switch self {
        case .v4(let address): address.rawValue & 255 == 0 || address.rawValue & 255 == 255
        case .v6: false
        }
    }
}
