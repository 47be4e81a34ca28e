import BGP

/// One community of either kind.
enum CommunityValue: Hashable {
    case standard(BGP.Community)
    case large(LargeCommunity)

    /// Why a text is no community.
    enum Failure: Error, Hashable {
        /// It has the form of one, but not the numbers: a clause with the remedy.
        case value(String)
        /// It may be the name of an alias.
        case name
    }

    /// Names that need no alias: RFC 1997, RFC 3765, RFC 7999, RFC 8326.
    static let wellKnown: [String: BGP.Community] = [
        "no-export": .noExport, "no-advertise": .noAdvertise, "no-export-subconfed": .noExportSubconfed,
        "local-as": .noExportSubconfed, "no-peer": .noPeer, "graceful-shutdown": .gracefulShutdown,
        "blackhole": BGP.Community(0xFFFF, 666),
    ]

    init(_ text: String) throws(Failure) {
        if let community = CommunityValue.wellKnown[text.lowercased()] {
            self = .standard(community)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 2:
            guard let community = BGP.Community(text) else {
                throw .value("write two numbers from 0 to 65535, for example 64500:100")
            }
            self = .standard(community)
        case 4 where parts[0] == "large":
            guard let community = LargeCommunity(String(text.dropFirst("large:".count))) else {
                throw .value("write three numbers from 0 to 4294967295, for example large:64500:1:100")
            }
            self = .large(community)
        case 3, 4: throw .value("a large community begins with \"large:\", for example large:64500:1:100")
        default: throw .name
        }
    }
}
