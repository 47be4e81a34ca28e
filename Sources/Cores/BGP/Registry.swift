/// The types of BGP messages. IANA "BGP Message Types".
package struct MessageType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let open = MessageType(rawValue: 1)  // RFC 4271
    package static let update = MessageType(rawValue: 2)  // RFC 4271
    package static let notification = MessageType(rawValue: 3)  // RFC 4271
    package static let keepalive = MessageType(rawValue: 4)  // RFC 4271
    package static let routeRefresh = MessageType(rawValue: 5)  // RFC 2918

    package var description: String {
        switch self {
        case .open: "OPEN"
        case .update: "UPDATE"
        case .notification: "NOTIFICATION"
        case .keepalive: "KEEPALIVE"
        case .routeRefresh: "ROUTE-REFRESH"
        default: "message type \(rawValue)"
        }
    }
}

/// What a NOTIFICATION is about. IANA "BGP Error (Notification) Codes".
package struct ErrorCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let messageHeaderError = ErrorCode(rawValue: 1)  // RFC 4271
    package static let openMessageError = ErrorCode(rawValue: 2)  // RFC 4271
    package static let updateMessageError = ErrorCode(rawValue: 3)  // RFC 4271
    package static let holdTimerExpired = ErrorCode(rawValue: 4)  // RFC 4271
    package static let finiteStateMachineError = ErrorCode(rawValue: 5)  // RFC 4271
    package static let cease = ErrorCode(rawValue: 6)  // RFC 4271
    package static let routeRefreshMessageError = ErrorCode(rawValue: 7)  // RFC 7313
    package static let sendHoldTimerExpired = ErrorCode(rawValue: 8)  // RFC 9687
}

/// Error subcodes by error code. IANA "BGP Error Subcodes".
package enum ErrorSubcode {
    /// RFC 4271 §4.5: no subcode is defined, or none fits.
    package static let unspecific: UInt8 = 0

    package enum MessageHeader {
        package static let connectionNotSynchronized: UInt8 = 1  // RFC 4271
        package static let badMessageLength: UInt8 = 2  // RFC 4271
        package static let badMessageType: UInt8 = 3  // RFC 4271
    }

    package enum OpenMessage {
        package static let unsupportedVersionNumber: UInt8 = 1  // RFC 4271
        package static let badPeerAS: UInt8 = 2  // RFC 4271
        package static let badBGPIdentifier: UInt8 = 3  // RFC 4271, 6286
        package static let unsupportedOptionalParameter: UInt8 = 4  // RFC 4271
        package static let unacceptableHoldTime: UInt8 = 6  // RFC 4271
        package static let unsupportedCapability: UInt8 = 7  // RFC 5492
        package static let roleMismatch: UInt8 = 11  // RFC 9234
    }

    package enum UpdateMessage {
        package static let malformedAttributeList: UInt8 = 1  // RFC 4271
        package static let unrecognizedWellKnownAttribute: UInt8 = 2  // RFC 4271
        package static let missingWellKnownAttribute: UInt8 = 3  // RFC 4271
        package static let attributeFlagsError: UInt8 = 4  // RFC 4271
        package static let attributeLengthError: UInt8 = 5  // RFC 4271
        package static let invalidOrigin: UInt8 = 6  // RFC 4271
        package static let invalidNextHop: UInt8 = 8  // RFC 4271
        package static let optionalAttributeError: UInt8 = 9  // RFC 4271
        package static let invalidNetworkField: UInt8 = 10  // RFC 4271
        package static let malformedASPath: UInt8 = 11  // RFC 4271
    }

    package enum FiniteStateMachine {
        package static let unexpectedInOpenSent: UInt8 = 1  // RFC 6608
        package static let unexpectedInOpenConfirm: UInt8 = 2  // RFC 6608
        package static let unexpectedInEstablished: UInt8 = 3  // RFC 6608
    }

    package enum Cease {
        package static let maximumPrefixesReached: UInt8 = 1  // RFC 4486
        package static let administrativeShutdown: UInt8 = 2  // RFC 4486, 9003
        package static let peerDeconfigured: UInt8 = 3  // RFC 4486
        package static let administrativeReset: UInt8 = 4  // RFC 4486, 9003
        package static let connectionRejected: UInt8 = 5  // RFC 4486
        package static let otherConfigurationChange: UInt8 = 6  // RFC 4486
        package static let connectionCollisionResolution: UInt8 = 7  // RFC 4486
        package static let outOfResources: UInt8 = 8  // RFC 4486
        package static let hardReset: UInt8 = 9  // RFC 8538
        package static let bfdDown: UInt8 = 10  // RFC 9384
    }

    package enum RouteRefresh {
        package static let invalidMessageLength: UInt8 = 1  // RFC 7313
    }
}

/// The types of path attributes. IANA "BGP Path Attributes".
package struct AttributeType: RawRepresentable, Hashable, Sendable, Comparable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let origin = AttributeType(rawValue: 1)  // RFC 4271
    package static let asPath = AttributeType(rawValue: 2)  // RFC 4271
    package static let nextHop = AttributeType(rawValue: 3)  // RFC 4271
    package static let multiExitDiscriminator = AttributeType(rawValue: 4)  // RFC 4271
    package static let localPreference = AttributeType(rawValue: 5)  // RFC 4271
    package static let atomicAggregate = AttributeType(rawValue: 6)  // RFC 4271
    package static let aggregator = AttributeType(rawValue: 7)  // RFC 4271
    package static let communities = AttributeType(rawValue: 8)  // RFC 1997
    package static let originatorID = AttributeType(rawValue: 9)  // RFC 4456
    package static let clusterList = AttributeType(rawValue: 10)  // RFC 4456
    package static let mpReachNLRI = AttributeType(rawValue: 14)  // RFC 4760
    package static let mpUnreachNLRI = AttributeType(rawValue: 15)  // RFC 4760
    package static let extendedCommunities = AttributeType(rawValue: 16)  // RFC 4360
    package static let as4Path = AttributeType(rawValue: 17)  // RFC 6793
    package static let as4Aggregator = AttributeType(rawValue: 18)  // RFC 6793
    // 22 PMSI_TUNNEL (RFC 6514), 23 Tunnel Encapsulation (RFC 9012), 26 AIGP (RFC 7311), 29 BGP-LS (RFC 9552),
    // 35 OTC (RFC 9234), 40 Prefix-SID (RFC 8669): not ours to read; they survive decoding as octets.
    package static let largeCommunities = AttributeType(rawValue: 32)  // RFC 8092

    package static func < (a: AttributeType, b: AttributeType) -> Bool { a.rawValue < b.rawValue }
}

/// The kinds of optional parameters of an OPEN. IANA "BGP OPEN Optional Parameter Types".
package enum OptionalParameterType {
    package static let capabilities: UInt8 = 2  // RFC 5492
    package static let extendedLength: UInt8 = 255  // RFC 9072
}

/// IANA "Capability Codes".
package struct CapabilityCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let multiprotocol = CapabilityCode(rawValue: 1)  // RFC 4760
    package static let routeRefresh = CapabilityCode(rawValue: 2)  // RFC 2918
    package static let extendedNextHop = CapabilityCode(rawValue: 5)  // RFC 8950
    package static let extendedMessage = CapabilityCode(rawValue: 6)  // RFC 8654
    // 9 BGP Role (RFC 9234), 69 ADD-PATH (RFC 7911), 71 LLGR (RFC 9494), 73 FQDN, 75 software version: not spoken.
    package static let gracefulRestart = CapabilityCode(rawValue: 64)  // RFC 4724, 8538
    package static let fourOctetASN = CapabilityCode(rawValue: 65)  // RFC 6793
    package static let enhancedRouteRefresh = CapabilityCode(rawValue: 70)  // RFC 7313
}

/// Address families. IANA "Address Family Numbers".
package struct AFI: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let ipv4 = AFI(rawValue: 1)
    package static let ipv6 = AFI(rawValue: 2)
}

/// What addresses of a family are used for. IANA "SAFI Values".
package struct SAFI: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let unicast = SAFI(rawValue: 1)  // RFC 4760
}
