import Addresses

/// The router on an interface is another one.
package struct RouterChange: Hashable, Sendable {
    package let interface: String
    /// Its link-local address; `nil`: there is none.
    package let router: IPv6Address?

    package init(interface: String, router: IPv6Address?) {
        self.interface = interface
        self.router = router
    }
}
