import Foundation
import KubernetesAPI
import SystemIO
import Timing

/// Runs an exec plugin and keeps what it answered until that expires.
actor ExecRunner {
    struct Answer: Sendable {
        var token: Confidential?
        var certificate: Confidential?
        var key: Confidential?
        var expires: Timestamp?
    }

    /// How long a plugin may take before it is killed, with all that it has started.
    static let patience = Duration.seconds(30)
    /// Credentials are renewed so long before they expire, that none expires on its way.
    static let margin = Duration.seconds(10)
    private static let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    private let plugin: ExecPlugin
    private let configuration: ClientConfiguration
    private let files: any FileReading
    private let patience: Duration
    private let turn = RequestGate(limit: 1)
    private var answer: Answer?

    init(
        _ plugin: ExecPlugin, _ configuration: ClientConfiguration, _ files: any FileReading,
        patience: Duration = ExecRunner.patience
    ) {
        self.plugin = plugin
        self.configuration = configuration
        self.files = files
        self.patience = patience
    }

    /// Who we are. The plugin runs only if nothing is known, or what is known is about to expire; once for all who wait.
    func credentials() async throws(RequestFailure) -> Answer {
        if let answer = unexpired { return answer }
        guard await turn.enter() else { throw failure("was not started: the request was cancelled") }
        defer { turn.leave() }
        if let answer = unexpired { return answer }
        let answer = try await run()
        self.answer = answer
        return answer
    }

    /// The API server did not accept what the plugin said.
    func discard() { answer = nil }

    private var unexpired: Answer? {
        guard let answer else { return nil }
        guard let end = answer.expires else { return answer }
        return Timestamp.now.advanced(by: ExecRunner.margin) < end ? answer : nil
    }

    private func failure(_ what: String) -> RequestFailure {
        RequestFailure(.credentials, "the credential plugin \(plugin.command) \(what)")
    }

    private var hint: String { plugin.installHint.map { " (\($0.prefix(500)))" } ?? "" }
}

// MARK: - One run

extension ExecRunner {
    private func run() async throws(RequestFailure) -> Answer {
        guard plugin.interactiveMode != "Always" else {
            throw failure("needs a terminal (interactiveMode: Always), and there is none")
        }
        let version = plugin.apiVersion ?? ExecRunner.versions[0]
        guard ExecRunner.versions.contains(version) else {
            throw failure(
                "has the apiVersion \(version): only \(ExecRunner.versions.joined(separator: " and ")) are known")
        }
        let run: ProgramRun
        do {
            run = try await ProgramRun.run(
                [plugin.command] + (plugin.args ?? []), environment: environment(version), atMost: patience)
        } catch .cannotStart(let error) {
            throw failure("cannot be run: \(SystemError.text(of: error.code))\(hint)")
        } catch {
            throw failure(error.description)
        }
        guard run.status == 0 else {
            // What it says of its trouble is for a person to read. Its output may hold credentials, and is not shown.
            let said = String(decoding: run.errors.prefix(1000), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines).replacingOccurrences(of: "\n", with: " ")
            throw failure("failed with status \(run.status)\(said.isEmpty ? "" : ": \(said)")")
        }
        return try read(run.output, version)
    }

    private func read(_ output: [UInt8], _ version: String) throws(RequestFailure) -> Answer {
        guard let credential = try? JSONDecoder().decode(ExecCredential.self, from: Data(output)),
            credential.kind == "ExecCredential"
        else { throw failure("did not answer with an ExecCredential") }
        guard credential.apiVersion == version else {
            throw failure("answered in the form \(credential.apiVersion), not \(version) as the kubeconfig asks")
        }
        let token = credential.status?.token.flatMap { $0.isEmpty ? nil : Confidential($0) }
        let certificate = credential.status?.clientCertificateData.flatMap { $0.isEmpty ? nil : Confidential($0) }
        let key = credential.status?.clientKeyData.flatMap { $0.isEmpty ? nil : Confidential($0) }
        guard (certificate == nil) == (key == nil) else {
            throw failure("answered with a certificate without its key, or with a key without one")
        }
        guard token != nil || certificate != nil else {
            throw failure("answered without a token and without a certificate")
        }
        var expires: Timestamp?
        if let text = credential.status?.expirationTimestamp {
            expires = Timestamp(text)
            guard expires != nil else {
                throw failure("answered with an expirationTimestamp that is not a time: \(text)")
            }
        }
        return Answer(token: token, certificate: certificate, key: key, expires: expires)
    }

    private func environment(_ version: String) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
        for variable in plugin.env ?? [] { environment[variable.name] = variable.value }
        let info = ExecCredential(
            apiVersion: version, kind: "ExecCredential", spec: .init(cluster: cluster(), interactive: false))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if let data = try? encoder.encode(info) {
            environment["KUBERNETES_EXEC_INFO"] = String(decoding: data, as: UTF8.self)
        }
        return environment
    }

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
}
