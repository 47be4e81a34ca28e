import Foundation
import Timing

/// Runs an exec plugin and keeps what it answered until that expires.
actor ExecRunner {
    struct Answer: Sendable {
        var token: Confidential?
        var certificate: Confidential?
        var key: Confidential?
        var expires: Timestamp?
    }

    static let patience = Duration.seconds(30)

    private let plugin: ExecPlugin
    private let configuration: ClientConfiguration
    private let files: any FileReading
    private var answer: Answer?

    init(_ plugin: ExecPlugin, _ configuration: ClientConfiguration, _ files: any FileReading) {
        self.plugin = plugin
        self.configuration = configuration
        self.files = files
    }

    /// Who we are. The plugin runs only if nothing is known, or what is known is about to expire.
    func credentials(at now: Timestamp) async throws(RequestFailure) -> Answer {
        if let answer, answer.expires.map({ now < $0.advanced(by: .seconds(-10)) }) ?? true { return answer }
        let answer = try await run()
        self.answer = answer
        return answer
    }

    /// The API server did not accept what the plugin said.
    func discard() { answer = nil }

    private func run() async throws(RequestFailure) -> Answer {
        let title = "the credential plugin \(plugin.command)"
        guard plugin.interactiveMode != "Always" else {
            throw failure("\(title) wants to ask a person (interactiveMode: Always), and there is none")
        }
        let version = plugin.apiVersion ?? "client.authentication.k8s.io/v1"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [plugin.command] + (plugin.args ?? [])
        var environment = ProcessInfo.processInfo.environment
        for variable in plugin.env ?? [] { environment[variable.name] = variable.value }
        let info = ExecCredential(
            apiVersion: version, kind: "ExecCredential", spec: .init(cluster: cluster(), interactive: false))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if let data = try? encoder.encode(info) {
            environment["KUBERNETES_EXEC_INFO"] = String(decoding: data, as: UTF8.self)
        }
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        // What it says to a person goes where our own diagnostics go.
        process.standardError = FileHandle.standardError
        do { try process.run() } catch { throw failure("\(title) cannot be run\(hint): \(error.localizedDescription)") }
        let text = await ExecRunner.finish(process, output)
        guard let text else { throw failure("\(title) did not answer within \(ExecRunner.patience)") }
        guard process.terminationStatus == 0 else {
            let status = process.terminationStatus
            throw failure("\(title) failed with status \(status)\(status == 127 ? " (not found)" : "")\(hint)")
        }
        guard let credential = try? JSONDecoder().decode(ExecCredential.self, from: text) else {
            throw failure("\(title) did not answer with an ExecCredential")
        }
        guard credential.apiVersion == version else {
            throw failure("\(title) answered in the form \(credential.apiVersion), not \(version)")
        }
        guard let status = credential.status, status.token != nil || status.clientCertificateData != nil else {
            throw failure("\(title) answered without a token and without a certificate")
        }
        return Answer(
            token: status.token.map { Confidential($0) },
            certificate: status.clientCertificateData.map { Confidential($0) },
            key: status.clientKeyData.map { Confidential($0) },
            expires: status.expirationTimestamp.flatMap { Timestamp($0) })
    }

    private var hint: String { plugin.installHint.map { " (\($0))" } ?? "" }

    private func failure(_ message: String) -> RequestFailure { RequestFailure(.credentials, message) }

    private func cluster() -> ExecCredential.Spec.Cluster? {
        guard plugin.provideClusterInfo == true else { return nil }
        let authority: [UInt8]? =
            switch configuration.authority {
            case .data(let data): data.octets
            case .file(let path): try? files.read(path)
            case nil: nil
            }
        return .init(
            server: configuration.server, tlsServerName: configuration.serverName,
            insecureSkipTLSVerify: configuration.skipsVerification ? true : nil,
            certificateAuthorityData: authority.map { Data($0).base64EncodedString() })
    }

    /// What it wrote; `nil` if it had to be killed.
    private static func finish(_ process: Process, _ output: Pipe) async -> Data? {
        let descriptor = output.fileHandleForReading.fileDescriptor
        let written = await withTaskGroup(of: Data?.self) { group in
            group.addTask {
                // Blocks until it closes its output; on a thread of its own.
                await withCheckedContinuation { continuation in
                    Thread {
                        let reading = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
                        continuation.resume(returning: reading.readDataToEndOfFile())
                    }.start()
                }
            }
            group.addTask {
                try? await Task.sleep(for: patience)
                return nil
            }
            let first = await group.next() ?? nil
            // The thread ends when the program does.
            if first == nil { kill(process.processIdentifier, SIGKILL) }
            group.cancelAll()
            return first
        }
        if written != nil { process.waitUntilExit() }
        return written
    }
}
