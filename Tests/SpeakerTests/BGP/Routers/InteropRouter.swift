import Addresses
import Testing

/// A BGP daemon of others in a lab's router namespace, as far as tests treat all of them alike.
protocol InteropRouter: Sendable {
    /// What the daemon says of a route; does not contain the prefix's next hop where it has none.
    func details(of prefix: IPPrefix) async throws -> String
    /// The operator asks for everything again (RFC 2918), where the daemon has an order for it.
    func refresh(_ setup: RouterSetup) async throws
    func stop()
}

/// The daemons that tests hold sessions with.
enum Daemon: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case bird = "BIRD"
    case frr = "FRR"
    case gobgp = "GoBGP"
    case exabgp = "ExaBGP"
    case openbgpd = "OpenBGPD"

    var testDescription: String { rawValue }

    func start(_ lab: BGPLab, _ setup: RouterSetup) async throws -> any InteropRouter {
        switch self {
        case .bird: try await BirdRouter(lab, setup)
        case .frr: try await FRRRouter(lab, setup)
        case .gobgp: try await GoBGPRouter(lab, setup)
        case .exabgp: try await ExaBGPRouter(lab, setup)
        case .openbgpd: try await OpenBGPDRouter(lab, setup)
        }
    }

    /// Whether it can do TCP-MD5. OpenBGPD cannot, on Linux.
    var hasPasswords: Bool { self != .openbgpd }

    /// How it prints the attributes of ``InteropMatrixTests/attributes``, in small letters and with hyphens.
    var words: [String] {
        switch self {
        case .bird: ["(64512,7)", "(65535,65281)", "(64512, 1, 2)", "med: 5", "ext-community"]
        case .frr: ["64512:7 no-export", "large community: 64512:1:2", "metric 5", "lb:64512:250000"]
        case .gobgp: ["64512:7", "no-export", "64512:1:2", "med: 5", "extcomms"]
        case .exabgp: ["64512:7 no-export", "large-community", "64512:1:2", "med 5", "extended-community"]
        case .openbgpd: ["64512:7", "no-export", "64512:1:2", "metric 5", "ext. communities"]
        }
    }
}
