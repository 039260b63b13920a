namespace ActiveInas.Cli;

/// <summary>What a command's exit status means.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 1;

    /// <summary>Configuration or data cannot work.</summary>
    public const int Configuration = 2;

    /// <summary>The run failed.</summary>
    public const int Failed = 3;

    /// <summary>Stopped with a checkpoint: run again to go on (EX_TEMPFAIL).</summary>
    public const int Stopped = 75;

    /// <summary>Ended by a second Ctrl+C.</summary>
    public const int Interrupted = 130;
}
