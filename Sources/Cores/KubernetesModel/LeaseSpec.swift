package struct LeaseSpec: Codable, Hashable, Sendable {
    /// Empty or absent: no holder.
    package var holderIdentity: String?
    package var leaseDurationSeconds: Int?
    /// RFC 3339 with microseconds.
    package var acquireTime: String?
    package var renewTime: String?
    package var leaseTransitions: Int?

    package init(
        holderIdentity: String? = nil, leaseDurationSeconds: Int? = nil, acquireTime: String? = nil,
        renewTime: String? = nil, leaseTransitions: Int? = nil
    ) {
        self.holderIdentity = holderIdentity
        self.leaseDurationSeconds = leaseDurationSeconds
        self.acquireTime = acquireTime
        self.renewTime = renewTime
        self.leaseTransitions = leaseTransitions
    }
}
