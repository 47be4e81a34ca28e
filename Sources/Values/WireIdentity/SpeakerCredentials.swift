/// As whom a speaker speaks, and whom it believes: the same value for liveness and for layer 2.
package struct SpeakerCredentials: Hashable, Sendable {
    /// Speakers of another cluster are strangers.
    package var cluster: ClusterIdentity
    /// What is signed with, and has to be signed with; `nil`: nothing is.
    package var key: SigningKey?
    /// Whether speakers that say neither cluster nor number, as versions before this one do, are taken for ours.
    package var acceptsPreviousVersion: Bool
    /// Whether such speakers count though they do not sign and this one has a key: while a cluster without a key is upgraded
    /// to one with a key.
    package var acceptsUnsigned: Bool
    /// Below every number that this process gives its messages, and above those that its predecessors gave theirs.
    package var firstNumber: UInt64
    /// Of this process and no other: chance.
    package var instance: UInt64

    package init(
        cluster: ClusterIdentity = ClusterIdentity(name: SpeakerCredentials.defaultCluster), key: SigningKey? = nil,
        acceptsPreviousVersion: Bool = true, acceptsUnsigned: Bool = false, firstNumber: UInt64 = 0,
        instance: UInt64 = 0
    ) {
        self.cluster = cluster
        self.key = key
        self.acceptsPreviousVersion = acceptsPreviousVersion
        self.acceptsUnsigned = acceptsUnsigned
        self.firstNumber = firstNumber
        self.instance = instance
    }

    /// The name of a cluster without a configured name.
    package static let defaultCluster = "default"
}
