import Foundation
import KubernetesAPI
import Yams

/// A kubeconfig, or several merged as kubectl does: of two entries of one name the first counts.
struct Kubeconfig: Sendable {
    struct Cluster: Decodable, Sendable {
        var server: String?
        var certificateAuthority: String?
        var certificateAuthorityData: String?
        var tlsServerName: String?
        var insecureSkipTLSVerify: Bool?
        var proxyURL: String?

        enum CodingKeys: String, CodingKey {
            case server
            case certificateAuthority = "certificate-authority"
            case certificateAuthorityData = "certificate-authority-data"
            case tlsServerName = "tls-server-name"
            case insecureSkipTLSVerify = "insecure-skip-tls-verify"
            case proxyURL = "proxy-url"
        }
    }

    struct User: Decodable, Sendable {
        var clientCertificate: String?
        var clientCertificateData: String?
        var clientKey: String?
        var clientKeyData: String?
        var token: String?
        var tokenFile: String?
        var username: String?
        var password: String?
        var exec: ExecPlugin?
        var authProvider: [String: String]?

        enum CodingKeys: String, CodingKey {
            case clientCertificate = "client-certificate"
            case clientCertificateData = "client-certificate-data"
            case clientKey = "client-key"
            case clientKeyData = "client-key-data"
            case authProvider = "auth-provider"
            case token, tokenFile, username, password, exec
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            clientCertificate = try container.decodeIfPresent(String.self, forKey: .clientCertificate)
            clientCertificateData = try container.decodeIfPresent(String.self, forKey: .clientCertificateData)
            clientKey = try container.decodeIfPresent(String.self, forKey: .clientKey)
            clientKeyData = try container.decodeIfPresent(String.self, forKey: .clientKeyData)
            token = try container.decodeIfPresent(String.self, forKey: .token)
            tokenFile = try container.decodeIfPresent(String.self, forKey: .tokenFile)
            username = try container.decodeIfPresent(String.self, forKey: .username)
            password = try container.decodeIfPresent(String.self, forKey: .password)
            exec = try container.decodeIfPresent(ExecPlugin.self, forKey: .exec)
            authProvider = container.contains(.authProvider) ? [:] : nil
        }
    }

    struct Context: Decodable, Sendable {
        var cluster: String?
        var user: String?
        var namespace: String?
    }

    private struct File: Decodable {
        struct Named<Value: Decodable>: Decodable {
            var name: String
            var value: Value?

            private struct Key: CodingKey {
                var stringValue: String
                var intValue: Int? { nil }
                init(_ text: String) { stringValue = text }
                init?(stringValue: String) { self.stringValue = stringValue }
                init?(intValue: Int) { nil }
            }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Key.self)
                name = try container.decode(String.self, forKey: Key("name"))
                for key in ["cluster", "user", "context"] where container.contains(Key(key)) {
                    value = try container.decodeIfPresent(Value.self, forKey: Key(key))
                }
            }
        }

        var currentContext: String?
        var clusters: [Named<Cluster>]?
        var users: [Named<User>]?
        var contexts: [Named<Context>]?

        enum CodingKeys: String, CodingKey {
            case currentContext = "current-context"
            case clusters, users, contexts
        }
    }

    private var currentContext: String?
    private var clusters: [String: (Cluster, folder: String)] = [:]
    private var users: [String: (User, folder: String)] = [:]
    private var contexts: [String: Context] = [:]
    private var paths: [String] = []

    /// Reads files. Of several, those that are not there are passed over, as kubectl does.
    static func load(_ paths: [String], _ files: any FileReading) throws(ClientConfiguration.Failure) -> Kubeconfig {
        var result = Kubeconfig()
        result.paths = paths
        // Of several, those that are not there count as empty; but one must be.
        guard paths.contains(where: { files.exists($0) }) else {
            throw .init("there is no kubeconfig \(paths.joined(separator: ":"))")
        }
        for path in paths {
            if paths.count > 1, !files.exists(path) { continue }
            let octets: [UInt8]
            do { octets = try files.read(path) } catch { throw .init("the kubeconfig \(error)") }
            guard octets.contains(where: { $0 > 0x20 }) else { continue }
            let file: File
            do {
                file = try YAMLDecoder().decode(File.self, from: String(decoding: octets, as: UTF8.self))
            } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
                throw .init("the kubeconfig \(path) is not YAML")
            } catch let error as DecodingError {
                throw .init("the kubeconfig \(path): \(error.place)")
            } catch {
                // What a parser says of a broken file may quote it, with its secrets.
                throw .init("the kubeconfig \(path) is not YAML")
            }
            result.merge(file, in: (path as NSString).deletingLastPathComponent)
        }
        return result
    }

    private mutating func merge(_ file: File, in folder: String) {
        if currentContext?.isEmpty ?? true { currentContext = file.currentContext }
        for entry in file.clusters ?? [] where clusters[entry.name] == nil {
            clusters[entry.name] = entry.value.map { ($0, folder) }
        }
        for entry in file.users ?? [] where users[entry.name] == nil {
            users[entry.name] = entry.value.map { ($0, folder) }
        }
        for entry in file.contexts ?? [] where contexts[entry.name] == nil { contexts[entry.name] = entry.value }
    }

    // MARK: - What it means

    func configuration(context: String?) throws(ClientConfiguration.Failure) -> ClientConfiguration {
        let file = "the kubeconfig \(paths.joined(separator: ":"))"
        guard let name = context ?? currentContext, !name.isEmpty else {
            throw .init("\(file) has no current context: set one with `kubectl config use-context`, or give --context")
        }
        guard let chosen = contexts[name] else {
            let known = contexts.keys.sorted().joined(separator: ", ")
            throw .init("\(file) has no context \(name)\(known.isEmpty ? "" : "; it has \(known)")")
        }
        guard let (cluster, folder) = clusters[chosen.cluster ?? ""] else {
            throw .init("\(file): the context \(name) names the cluster \(chosen.cluster ?? ""), which does not exist")
        }
        guard let server = cluster.server, !server.isEmpty else {
            throw .init("\(file): the cluster \(chosen.cluster ?? "") has no server")
        }
        guard ServerAddress.isValid(server) else {
            throw .init(
                "\(file): the server \(server) of the cluster \(chosen.cluster ?? "") is not a URL such as https://192.0.2.1:6443"
            )
        }
        var result = ClientConfiguration(
            server: server.hasSuffix("/") ? String(server.dropLast()) : server,
            serverName: cluster.tlsServerName.flatMap { $0.isEmpty ? nil : $0 },
            skipsVerification: cluster.insecureSkipTLSVerify ?? false,
            proxy: cluster.proxyURL.flatMap { $0.isEmpty ? nil : $0 },
            namespace: chosen.namespace.flatMap { $0.isEmpty ? nil : $0 })
        result.authority = try source(
            cluster.certificateAuthorityData, cluster.certificateAuthority, "certificate-authority-data", folder)
        guard result.authority == nil || !result.skipsVerification else {
            throw .init(
                "\(file): the cluster \(chosen.cluster ?? "") has insecure-skip-tls-verify and a certificate authority: keep one"
            )
        }
        if let proxy = result.proxy, ProxyAddress(proxy) == nil {
            throw .init("\(file): the cluster \(chosen.cluster ?? ""): \(ProxyAddress.problem)")
        }
        guard let userName = chosen.user, !userName.isEmpty else { return result }
        guard let (user, userFolder) = users[userName] else {
            throw .init("\(file): the context \(name) names the user \(userName), which does not exist")
        }
        result.certificate = try source(
            user.clientCertificateData, user.clientCertificate, "client-certificate-data", userFolder)
        result.key = try source(user.clientKeyData, user.clientKey, "client-key-data", userFolder)
        guard (result.certificate == nil) == (result.key == nil) else {
            throw .init("\(file): the user \(userName) has a client certificate without a key, or a key without one")
        }
        result.credentials = try credentials(of: user, userName, userFolder)
        return result
    }

    private func credentials(
        of user: User, _ name: String, _ folder: String
    ) throws(ClientConfiguration.Failure) -> ClientConfiguration.Credentials {
        if let file = user.tokenFile, !file.isEmpty { return .tokenFile(Kubeconfig.absolute(file, folder)) }
        if let token = user.token, !token.isEmpty { return .token(Confidential(token)) }
        if let plain = user.username, !plain.isEmpty {
            return .basic(user: plain, password: Confidential(user.password ?? ""))
        }
        if var exec = user.exec {
            // A name without a slash is looked up in PATH; a relative path is relative to the file.
            if exec.command.contains("/") { exec.command = Kubeconfig.absolute(exec.command, folder) }
            return .exec(exec)
        }
        guard user.authProvider == nil else {
            throw .init("the user \(name) uses an auth-provider, which Kubernetes removed: use an exec plugin")
        }
        return .none
    }

    private func source(
        _ data: String?, _ file: String?, _ field: String, _ folder: String
    ) throws(ClientConfiguration.Failure) -> ClientConfiguration.Source? {
        if let data, !data.isEmpty {
            guard let octets = Data(base64Encoded: data, options: .ignoreUnknownCharacters) else {
                throw .init("the kubeconfig \(paths.joined(separator: ":")): \(field) is not Base64")
            }
            return .data(Confidential(Array(octets)))
        }
        return file.flatMap { $0.isEmpty ? nil : .file(Kubeconfig.absolute($0, folder)) }
    }

    private static func absolute(_ path: String, _ folder: String) -> String {
        path.hasPrefix("/") ? path : folder.isEmpty ? path : folder + "/" + path
    }
}
