import ArgumentParser

@main
struct Strongroom: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "strongroom")
}
