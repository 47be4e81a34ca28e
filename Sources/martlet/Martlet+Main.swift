import ArgumentParser
import Manifests

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
            if exitCode(for: error) == .validationFailure,
                let hint = suggestion(for: Array(CommandLine.arguments.dropFirst()))
            {
                Diagnostics.say(hint)
                exit(withError: ExitCode.validationFailure)
            }
            exit(withError: error)
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
