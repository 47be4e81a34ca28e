import ArgumentParser
import ClusterConfiguration
import Manifests
import SystemIO

extension Martlet {
    /// Runs the command that was typed; what was mistyped gets a suggestion.
    static func runAsTyped() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(because: error)
        }
    }

    private static func end(because error: any Error) -> Never {
        do throws(SystemError) {
            if let error = error as? SystemError { throw error }
            // Help, the version and completion scripts are answers, too.
            if exitCode(for: error) == .success {
                let text = fullMessage(for: error)
                if !text.isEmpty { try OutputOptions.write(text + "\n") }
                exit(withError: ExitCode.success)
            }
            if exitCode(for: error) == .validationFailure,
                let hint = suggestion(for: Array(CommandLine.arguments.dropFirst()))
            {
                Diagnostics.say(hint)
                exit(withError: ExitCode.validationFailure)
            }
            exit(withError: error)
        } catch {
            exit(withError: Diagnostics.failure("\(error)"))
        }
    }

    /// What was probably meant by a first word that is no command.
    static func suggestion(for arguments: [String]) -> String? {
        let commands = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard let word = arguments.first, !word.hasPrefix("-"), !commands.contains(word) else {
            return nil
        }
        let meant = word.likelyMeant(among: commands).map { "did you mean `\($0)`?" }
        return
            "there is no command `\(word)`; \(meant ?? "there are \(commands.joined(separator: ", "))")"
    }
}
