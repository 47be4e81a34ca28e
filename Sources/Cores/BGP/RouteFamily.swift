import Addresses

/// A kind of routes that a session may carry: an AFI and a SAFI (RFC 4760).
package struct RouteFamily: Hashable, Sendable, CustomStringConvertible {
    package let afi: AFI
    package let safi: SAFI

    package init(afi: AFI, safi: SAFI) {
        self.afi = afi
        self.safi = safi
    }

    /// Unicast routes of an address family.
    package init(unicast family: AddressFamily) {
        switch family {
        case .ipv4: afi = .ipv4
        case .ipv6: afi = .ipv6
        }
        safi = .unicast
    }

    /// The address family of unicast routes that we know; `nil` for all others.
    package var unicast: AddressFamily? {
        switch (afi, safi) {
        case (.ipv4, .unicast): .ipv4
        case (.ipv6, .unicast): .ipv6
        default: nil
        }
    }

    package var description: String { unicast.map { "\($0) unicast" } ?? "AFI \(afi.rawValue) SAFI \(safi.rawValue)" }
}
