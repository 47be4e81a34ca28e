/// What is particular about the TCP connections to one peer.
package struct TCPOptions: Hashable, Sendable {
    /// The TTL or hop limit of what is sent; `nil`: the system's.
    package var timeToLive: UInt8?
    /// What arrives with less is dropped by the kernel: RFC 5082 (GTSM).
    package var leastTimeToLive: UInt8?
    /// RFC 2385.
    package var password: TCPPassword?
    /// The device, for example of a VRF, that the connection is bound to.
    package var device: String?

    package init(
        timeToLive: UInt8? = nil, leastTimeToLive: UInt8? = nil, password: TCPPassword? = nil, device: String? = nil
    ) {
        self.timeToLive = timeToLive
        self.leastTimeToLive = leastTimeToLive
        self.password = password
        self.device = device
    }
}
