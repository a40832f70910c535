using System.CommandLine;
using System.Globalization;
using Cortex.IdentityServer.Features.CommandLine.Diagnosis;

namespace Cortex.IdentityServer.Features.CommandLine;

/// <summary><c>doctor</c> checks the settings and everything that they name, and says what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create(Server server)
    {
        var environment = CommonOptions.Environment();
        var command = new Command("doctor", "Checks the settings, the database, Redis, mail, and Polar, and says what to do. Changes nothing.") { environment };
        command.SetAction((parsed, stop) => server.ExamineAsync(parsed.GetValue(environment), RunAsync, stop));
        return command;
    }

    private static async Task<int> RunAsync(Examination work)
    {
        var (failed, warnings) = (0, 0);

        // All services are asked at the same time, and their lines are printed in this order.
        foreach (var check in (Task<CheckLines>[])
        [
            TimedCheck.RunAsync("settings", (lines, _) => SettingsCheck.Run(work, lines), work.Stop),
            TimedCheck.RunAsync("files", (lines, _) => FileCheck.Run(work, lines), work.Stop),
            TimedCheck.RunAsync("certificate", (lines, _) => CertificateCheck.Run(work, lines), work.Stop),
            TimedCheck.RunAsync("addresses", (lines, stop) => AddressCheck.RunAsync(work, lines, stop), work.Stop),
            DatabaseChecks.RunAsync(work),
            TimedCheck.RunAsync("redis", (lines, stop) => RedisCheck.RunAsync(work, lines, stop), work.Stop),
            TimedCheck.RunAsync("mail", (lines, stop) => MailCheck.RunAsync(work, lines, stop), work.Stop),
            TimedCheck.RunAsync("polar", (lines, stop) => PolarCheck.RunAsync(work, lines, stop), work.Stop),
        ])
        {
            foreach (var line in (await check).All)
            {
                failed += line.Verdict == Verdict.Fail ? 1 : 0;
                warnings += line.Verdict == Verdict.Warn ? 1 : 0;
                await Console.Out.WriteLineAsync(line.ToString());
            }
        }

        return failed > 0
            ? throw new CommandFailedException(string.Create(
                CultureInfo.InvariantCulture, $"Failed checks: {failed}; warnings: {warnings}. The lines on standard output say what to do."))
            : warnings > 0 ? ExitCode.SomeFailed : ExitCode.Done;
    }
}
