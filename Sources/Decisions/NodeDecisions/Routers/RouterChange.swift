import Addresses

/// The router on an interface is another one, or others have come or gone.
package struct RouterChange: Hashable, Sendable {
    package let interface: String
    /// Its link-local address; `nil`: there is none.
    package let router: IPv6Address?
    /// Those that advertise themselves there as well.
    package let others: Set<IPv6Address>

    package init(interface: String, router: IPv6Address?, others: Set<IPv6Address> = []) {
        self.interface = interface
        self.router = router
        self.others = others
    }
}
