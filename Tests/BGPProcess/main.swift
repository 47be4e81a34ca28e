import Addresses
import BGP
import Logging
import NIOPosix
import NodeDecisions
import Speaker

// A process that only speaks BGP, for tests that end it in ways that a test cannot end itself:
//
//     bgp-process PEER PREFIX [restarting]
//
// It is AS 64512, its peer AS 64513; it asks for graceful restart and announces one prefix until it is killed.

let arguments = CommandLine.arguments
let peer = try IPAddress(arguments[1])
let prefix = try IPPrefix(arguments[2])
let speaker = BGPSpeaker(
    eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "bgp-process"),
    isRestarting: arguments.dropFirst(3).first == "restarting")
speaker.apply([.announce(prefix, to: ["tor"])])
await speaker.apply(peers: [
    BGPPeerSettings(
        name: "tor",
        session: SessionConfiguration(
            localASN: ASN(64512), peerASN: .exactly(ASN(64513)), identifier: BGPIdentifier(IPv4Address(10, 99, 0, 1)),
            families: [prefix.address.family], holdTime: .seconds(9),
            gracefulRestart: SessionConfiguration.GracefulRestartSettings()),
        address: peer)
])
try await speaker.run()
