/// Which of two connections between the same two speakers stays: RFC 4271 §6.8, with RFC 6286 §2.3.
package enum Collision {
    /// One of the two speakers.
    package struct Speaker: Hashable, Sendable {
        package let identifier: BGPIdentifier
        package let asn: ASN

        package init(identifier: BGPIdentifier, asn: ASN) {
            self.identifier = identifier
            self.asn = asn
        }
    }

    /// The connection that the speaker with the higher identifier opened stays; of equal identifiers (which two
    /// autonomous systems may have), the higher AS number decides. Both ends come to the same answer.
    package static func survivor(local: Speaker, remote: Speaker) -> ConnectionID.Direction {
        if local.identifier != remote.identifier {
            return local.identifier > remote.identifier ? .outbound : .inbound
        }
        return local.asn > remote.asn ? .outbound : .inbound
    }
}
