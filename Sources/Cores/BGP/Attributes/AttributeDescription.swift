/// What the standards say about one path attribute: a row of ``table``.
package struct AttributeDescription: Sendable {
    /// RFC 4271 §5.
    package enum Category: Hashable, Sendable {
        case wellKnownMandatory
        case wellKnownDiscretionary
        case optionalTransitive
        case optionalNonTransitive

        /// The flags that the category prescribes, without "partial" and "extended length".
        package var flags: AttributeFlags {
            switch self {
            case .wellKnownMandatory, .wellKnownDiscretionary: .transitive
            case .optionalTransitive: [.optional, .transitive]
            case .optionalNonTransitive: .optional
            }
        }
    }

    package let type: AttributeType
    /// As in the registry.
    package let name: String
    package let category: Category
    /// What a malformed value leads to.
    package let ifMalformed: ErrorHandling
    /// Whether it is discarded, unread, when an external peer sends it.
    package let isForInternalPeersAlone: Bool

    private init(
        _ type: AttributeType, _ name: String, _ category: Category, _ ifMalformed: ErrorHandling,
        isForInternalPeersAlone: Bool = false
    ) {
        self.type = type
        self.name = name
        self.category = category
        self.ifMalformed = ifMalformed
        self.isForInternalPeersAlone = isForInternalPeersAlone
    }

    /// Every attribute that is read and written here.
    package static let table: [AttributeDescription] = [
        AttributeDescription(.origin, "ORIGIN", .wellKnownMandatory, .treatAsWithdraw),  // RFC 7606 §7.1
        AttributeDescription(.asPath, "AS_PATH", .wellKnownMandatory, .treatAsWithdraw),  // §7.2
        // Mandatory only with NLRI outside MP_REACH_NLRI: RFC 4760 §3.
        AttributeDescription(.nextHop, "NEXT_HOP", .wellKnownMandatory, .treatAsWithdraw),  // §7.3
        AttributeDescription(.multiExitDiscriminator, "MULTI_EXIT_DISC", .optionalNonTransitive, .treatAsWithdraw),
        AttributeDescription(  // §7.5
            .localPreference, "LOCAL_PREF", .wellKnownDiscretionary, .treatAsWithdraw, isForInternalPeersAlone: true),
        AttributeDescription(.atomicAggregate, "ATOMIC_AGGREGATE", .wellKnownDiscretionary, .attributeDiscard),  // §7.6
        AttributeDescription(.aggregator, "AGGREGATOR", .optionalTransitive, .attributeDiscard),  // §7.7
        AttributeDescription(.communities, "COMMUNITIES", .optionalTransitive, .treatAsWithdraw),  // §7.8
        AttributeDescription(  // §7.9
            .originatorID, "ORIGINATOR_ID", .optionalNonTransitive, .treatAsWithdraw, isForInternalPeersAlone: true),
        AttributeDescription(  // §7.10
            .clusterList, "CLUSTER_LIST", .optionalNonTransitive, .treatAsWithdraw, isForInternalPeersAlone: true),
        AttributeDescription(.mpReachNLRI, "MP_REACH_NLRI", .optionalNonTransitive, .sessionReset),  // §7.11
        AttributeDescription(.mpUnreachNLRI, "MP_UNREACH_NLRI", .optionalNonTransitive, .sessionReset),  // §7.12
        AttributeDescription(.extendedCommunities, "EXTENDED COMMUNITIES", .optionalTransitive, .treatAsWithdraw),
        AttributeDescription(.as4Path, "AS4_PATH", .optionalTransitive, .attributeDiscard),  // RFC 6793 §6
        AttributeDescription(.as4Aggregator, "AS4_AGGREGATOR", .optionalTransitive, .attributeDiscard),  // RFC 6793 §6
        AttributeDescription(.largeCommunities, "LARGE_COMMUNITY", .optionalTransitive, .treatAsWithdraw),  // RFC 8092
    ]

    private static let byType: [AttributeType: AttributeDescription] =
        Dictionary(uniqueKeysWithValues: table.map { ($0.type, $0) })

    package static func of(_ type: AttributeType) -> AttributeDescription? { byType[type] }
}
