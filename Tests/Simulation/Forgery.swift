import Addresses
import BFD
import LinkLayer
import WireCodec

/// A frame that somebody makes up. Its description is the Swift that makes it again.
package enum Forgery: Hashable, Sendable, CustomStringConvertible {
    /// Whose MAC address, and IP address, it bears.
    package enum Source: Hashable, Sendable, CustomStringConvertible {
        /// The forger's own.
        case own
        /// One that nobody has.
        case madeUp(Int)
        /// A node's.
        case of(Int)
        /// Another made-up one each time.
        case everNew

        package var description: String {
            switch self {
            case .own: ".own"
            case .madeUp(let number): ".madeUp(\(number))"
            case .of(let node): ".of(\(node))"
            case .everNew: ".everNew"
            }
        }
    }

    /// What carries a mark.
    package enum Shape: String, Hashable, Sendable, CaseIterable {
        case probe
        case claim
        case answer
    }

    /// A frame about an address that bears a mark of this kind, as if a node had sent it; `to` a node, or all.
    case mark(
        UInt8, in: Shape, of: Int, about: Int, term: UInt32, flags: UInt8, standing: Int, from: Source, to: Int?)
    /// A gratuitous frame without a mark: the address is here.
    case use(Int, from: Source, to: Int?)
    /// A liveness packet as if of a node; the state as on the wire.
    case liveness(of: Int, state: UInt8, from: Source)

    package var description: String {
        func to(_ node: Int?) -> String { node.map { "\($0)" } ?? "nil" }
        return switch self {
        case .mark(
            let kind, let shape, let node, let service, let term, let flags, let standing, let source, let target):
            ".mark(\(kind), in: .\(shape), of: \(node), about: \(service), term: \(term == .max ? ".max" : "\(term)"), "
                + "flags: \(flags), standing: \(standing), from: \(source), to: \(to(target)))"
        case .use(let service, let source, let target): ".use(\(service), from: \(source), to: \(to(target)))"
        case .liveness(let node, let state, let source): ".liveness(of: \(node), state: \(state), from: \(source))"
        }
    }
}
