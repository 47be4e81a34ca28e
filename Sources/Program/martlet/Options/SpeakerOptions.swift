import ArgumentParser
import BFD
import ClusterConfiguration
import Foundation
import LinkLayer
import Logging
import NodeDecisions
import Speaker
import SystemIO
import Timing
import WireIdentity

/// How a node behaves on its segments.
struct SpeakerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The interval between liveness packets to the other nodes of a segment; on large segments it grows automatically.",
            valueName: "duration"))
    var livenessInterval = "50ms"

    @Option(help: ArgumentHelp("How many consecutive packets must be lost before a node is down.", valueName: "count"))
    var livenessMultiplier: UInt8 = 5

    @Option(
        help: ArgumentHelp(
            """
            A file with the key (1 to 20 octets) that signs and verifies everything that speakers send each \
            other; the same on every node. A Secret can be mounted as such a file. Keys on further lines are accepted but not \
            used to sign, for a key change.
            """, valueName: "path"))
    var livenessKeyFile: String?

    @Option(
        help: ArgumentHelp(
            """
            Whether nodes of an older version, which does not send its cluster, belong to this cluster: accept, \
            accept-unsigned (also without a signature, while the upgrade introduces a key) or refuse. Use refuse once \
            every node runs this version.
            """, valueName: "policy"))
    var previousVersion = PreviousVersion.accept

    enum PreviousVersion: String, ExpressibleByArgument, CaseIterable {
        case accept
        case acceptUnsigned = "accept-unsigned"
        case refuse
    }

    @Option(
        help: ArgumentHelp(
            "The interval between announcements of an address that does not move.", valueName: "duration"))
    var announceInterval = "60s"

    @OptionGroup var nodes: NodeOptions

    func validate() throws {
        _ = try duration("--liveness-interval", livenessInterval, .milliseconds(10)...(.seconds(6)))
        _ = try duration("--announce-interval", announceInterval, .seconds(1)...(.seconds(86_400)))
        guard livenessMultiplier >= 2 else {
            throw ValidationError(
                "--liveness-multiplier \(livenessMultiplier): must be at least 2, so that one lost packet is tolerated")
        }
    }

    private func duration(_ option: String, _ text: String, _ range: ClosedRange<Duration>) throws -> Duration {
        guard let duration = try? Duration(goText: text), range.contains(duration) else {
            throw ValidationError(
                "\(option) \(text): expected a duration from \(range.lowerBound) to \(range.upperBound), such as 50ms or 2s"
            )
        }
        return duration
    }

    func layer2(_ credentials: SpeakerCredentials) throws -> Layer2Settings {
        var settings = Layer2Settings()
        settings.pace.interval = try duration("--announce-interval", announceInterval, .zero...(.seconds(86_400)))
        settings.credentials = credentials
        return settings
    }

    func liveness(_ credentials: SpeakerCredentials) throws -> LivenessSettings {
        var settings = LivenessSettings()
        settings.segment.interval = try duration("--liveness-interval", livenessInterval, .zero...(.seconds(6)))
        settings.segment.detectMultiplier = livenessMultiplier
        settings.segment.key = try livenessKeyFile.map { try key(in: $0).authentication }
        settings.segment.credentials = credentials
        return settings
    }

    /// As whom this process speaks. What its successor has to know is written down.
    func credentials(
        of cluster: ClusterIdentity, in directory: StateDirectory, logger: Logger
    ) throws -> SpeakerCredentials {
        let saved = try? directory.read(SpeakerOptions.numbersFile)
        let time = Int64(Date().timeIntervalSince1970 * 1e9)
        let numbers = NumberReservation(time: UInt64(max(time, 0)), saved: saved)
        do {
            try directory.replace(SpeakerOptions.numbersFile, with: numbers.saved)
        } catch {
            // No reason not to start: it takes a clock that is set back as well before others refuse what this node says.
            logger.warning(
                "\(error); if the clock goes backwards, other nodes reject this one after its next start")
        }
        return SpeakerCredentials(
            cluster: cluster, key: try livenessKeyFile.map { try key(in: $0).signing },
            acceptsPreviousVersion: previousVersion != .refuse, acceptsUnsigned: previousVersion == .acceptUnsigned,
            firstNumber: numbers.first,
            instance: .random(in: .min ... .max))
    }

    /// The file of the state directory in which a ``NumberReservation`` is kept.
    private static let numbersFile = "message-numbers"

    private func key(in path: String) throws -> (authentication: AuthenticationKey, signing: SigningKey) {
        let text: [UInt8]
        do throws(SystemError) {
            text = try RegularFile.read(path, limit: 1 << 16)
        } catch {
            throw Diagnostics.failure("--liveness-key-file \(path): the file cannot be read: \(error.cause)")
        }
        let lines = text.split(separator: 0x0A).map { line in
            var secret = Array(line)
            while let last = secret.last, [0x20, 0x09, 0x0D].contains(last) { secret.removeLast() }
            return secret
        }
        let secrets = lines.filter { !$0.isEmpty }
        guard let first = secrets.first else {
            throw Diagnostics.failure("--liveness-key-file \(path): the file has no key; write one of 1 to 20 octets")
        }
        for secret in secrets where !AuthenticationKey.secretLengths.contains(secret.count) {
            throw Diagnostics.failure(
                "--liveness-key-file \(path): a key has \(secret.count) octets; it must have from 1 to 20 (RFC 5880)")
        }
        guard let key = AuthenticationKey(keyID: 1, secret: first) else {
            throw Diagnostics.failure("--liveness-key-file \(path): the key cannot be used")
        }
        return (key, SigningKey(secret: first, alsoBelieving: Array(secrets.dropFirst())))
    }
}
