import Addresses
import WireCodec

/// An UPDATE from a peer, checked as RFC 7606 asks, with what was wrong with it short of a session reset.
package struct ReceivedUpdate: Hashable, Sendable {
    /// What the session has agreed, without which an UPDATE cannot be read.
    package struct Context: Hashable, Sendable {
        package let fourOctetASN: Bool
        /// Whether the peer is in our autonomous system.
        package let isInternal: Bool

        package init(fourOctetASN: Bool, isInternal: Bool) {
            self.fourOctetASN = fourOctetASN
            self.isInternal = isInternal
        }
    }

    /// Something wrong that the session survives.
    package struct Problem: Hashable, Sendable {
        package let handling: ErrorHandling
        package let attribute: AttributeType?
        /// A clause for a person.
        package let reason: String
    }

    /// What could be read. Attributes that were discarded are left out.
    package let message: UpdateMessage
    package let problems: [Problem]

    /// The strongest of the consequences; `nil` if nothing was wrong.
    package var handling: ErrorHandling? { problems.map(\.handling).max() }

    /// Decodes what follows the header.
    ///
    /// - Throws: the NOTIFICATION, where RFC 7606 still asks for a session reset.
    package init(decoding body: Span<UInt8>, context: Context) throws(MessageError) {
        var reader = ByteReader(body)
        var withdrawnPart: ByteReader
        var attributePart: ByteReader
        do throws(DecodeError) {
            withdrawnPart = try reader.read(count: Int(try reader.read(UInt16.self)))
            attributePart = try reader.read(count: Int(try reader.read(UInt16.self)))
        } catch {
            // RFC 4271 §6.3, kept by RFC 7606 §3 (b): the two lengths do not fit the message.
            throw MessageError(
                .updateMessageError, ErrorSubcode.UpdateMessage.malformedAttributeList, reason: "UPDATE \(error)")
        }
        let withdrawnRoutes: [IPPrefix]
        let nlri: [IPPrefix]
        do throws(DecodeError) {
            withdrawnRoutes = try withdrawnPart.readPrefixes(of: .ipv4)
            nlri = try reader.readPrefixes(of: .ipv4)
        } catch {
            // RFC 4271 §6.3 and RFC 7606 §5.3: which routes are meant cannot be known.
            throw MessageError(
                .updateMessageError, ErrorSubcode.UpdateMessage.invalidNetworkField, reason: "UPDATE \(error)")
        }
        var list = AttributeList(context: context)
        try list.read(&attributePart)
        list.checkMandatory(hasNLRI: !nlri.isEmpty)
        // RFC 7606 §5.2: without a reachable route there is nothing to treat as withdrawn; what the error hides may be one.
        if nlri.isEmpty, !list.hasReachableRoutes,
            let problem = list.problems.first(where: { $0.handling == .treatAsWithdraw })
        {
            throw MessageError(
                .updateMessageError, ErrorSubcode.UpdateMessage.malformedAttributeList, reason: problem.reason)
        }
        message = UpdateMessage(withdrawnRoutes: withdrawnRoutes, attributes: list.attributes, nlri: nlri)
        problems = list.problems
    }
}

/// The path attributes of an UPDATE while they are read.
private struct AttributeList {
    let context: ReceivedUpdate.Context
    private(set) var attributes: [PathAttribute] = []
    private(set) var problems: [ReceivedUpdate.Problem] = []
    private var seen: Set<AttributeType> = []

    init(context: ReceivedUpdate.Context) { self.context = context }

    /// Whether there is an MP_REACH_NLRI, which has some.
    var hasReachableRoutes: Bool { seen.contains(.mpReachNLRI) }

    private mutating func note(_ handling: ErrorHandling, _ type: AttributeType?, _ reason: String) {
        problems.append(ReceivedUpdate.Problem(handling: handling, attribute: type, reason: reason))
    }

    @_lifetime(reader: copy reader)
    mutating func read(_ reader: inout ByteReader) throws(MessageError) {
        while !reader.isAtEnd {
            let whole = reader
            let flags: AttributeFlags
            let type: AttributeType
            var value: ByteReader
            do throws(DecodeError) {
                flags = AttributeFlags(rawValue: try reader.read())
                type = AttributeType(rawValue: try reader.read())
                let length =
                    flags.contains(.extendedLength)
                    ? Int(try reader.read(UInt16.self)) : Int(try reader.read(UInt8.self))
                value = try reader.read(count: length)
            } catch {
                // RFC 7606 §4: an attribute that runs beyond the attributes' total length.
                note(.treatAsWithdraw, nil, "attribute \(error)")
                return
            }
            do throws(Failure) {
                try readAttribute(type, flags: flags, &value)
            } catch {
                var copy = whole
                let octets = error.quotes ? try? copy.readBytes(count: reader.position - whole.position) : nil
                throw MessageError(.updateMessageError, error.subcode, data: octets ?? [], reason: error.reason)
            }
        }
    }

    /// An attribute that ends the session.
    private struct Failure: Error {
        var subcode: UInt8
        /// Whether the NOTIFICATION quotes the attribute: type, length and value (RFC 4271 §6.3).
        var quotes = true
        var reason: String
    }

    @_lifetime(value: copy value)
    private mutating func readAttribute(
        _ type: AttributeType, flags: AttributeFlags, _ value: inout ByteReader
    ) throws(Failure) {
        guard seen.insert(type).inserted else {
            // RFC 7606 §3 (g): of the two that carry routes there may be only one; of others, the first counts.
            if type == .mpReachNLRI || type == .mpUnreachNLRI {
                throw Failure(
                    subcode: ErrorSubcode.UpdateMessage.malformedAttributeList, quotes: false,
                    reason: "attribute \(type.rawValue) more than once")
            }
            note(.attributeDiscard, type, "attribute \(type.rawValue) more than once")
            return
        }
        guard let description = AttributeDescription.of(type) else {
            // RFC 4271 §6.3: every well-known attribute must be recognized.
            guard flags.contains(.optional) else {
                throw Failure(
                    subcode: ErrorSubcode.UpdateMessage.unrecognizedWellKnownAttribute,
                    reason: "attribute \(type.rawValue) claims to be well-known")
            }
            attributes.append(.unrecognized(type, flags, value.readRest()))
            return
        }
        // RFC 7606 §7.5, §7.9, §7.10: discarded when an external peer sends it.
        if description.isForInternalPeersAlone, !context.isInternal {
            note(.attributeDiscard, type, "\(description.name) from an external peer")
            return
        }
        // RFC 6793 §4.1: a peer that speaks four octets must not send these; §6: they are discarded.
        if context.fourOctetASN, type == .as4Path || type == .as4Aggregator {
            note(.attributeDiscard, type, "\(description.name) where AS numbers have four octets")
            return
        }
        // RFC 7606 §3 (c): optional and transitive must be as the standard says.
        if flags.intersection([.optional, .transitive]) != description.category.flags {
            note(.treatAsWithdraw, type, "flags \(flags.rawValue) of \(description.name)")
        }
        do throws(DecodeError) {
            attributes.append(
                try PathAttribute(
                    decoding: &value, type: type, flags: flags, fourOctetASN: context.fourOctetASN))
        } catch {
            guard description.ifMalformed != .sessionReset else {
                // RFC 7606 §5.3 and §7.11: which routes are meant cannot be known. RFC 4760 §7: subcode 9.
                throw Failure(
                    subcode: ErrorSubcode.UpdateMessage.optionalAttributeError,
                    reason: "\(description.name) \(error)")
            }
            note(description.ifMalformed, type, "\(description.name) \(error)")
        }
    }

    /// RFC 7606 §3 (d): routes without a mandatory attribute are as good as withdrawn.
    mutating func checkMandatory(hasNLRI: Bool) {
        let hasReach = seen.contains(.mpReachNLRI)
        guard hasNLRI || hasReach else { return }
        // RFC 4760 §3: NEXT_HOP belongs to the NLRI field.
        for type in [.origin, .asPath] + (hasNLRI ? [AttributeType.nextHop] : []) where !seen.contains(type) {
            note(.treatAsWithdraw, type, "\(AttributeDescription.of(type)?.name ?? "mandatory attribute") is missing")
        }
        // RFC 4271 §5.1.5: mandatory between internal peers. RFC 7606 §3 (d) lists it with the others.
        if context.isInternal, !seen.contains(.localPreference) {
            note(.treatAsWithdraw, .localPreference, "LOCAL_PREF is missing")
        }
    }
}
