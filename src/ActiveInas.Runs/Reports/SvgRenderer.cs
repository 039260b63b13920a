using System.Runtime.InteropServices;
using System.Text;
using ImageMagick;

namespace ActiveInas.Runs.Reports;

/// <summary>Turns SVG into PNG with the library that decodes images. The same bytes in every run, with the same fonts.</summary>
internal static class SvgRenderer
{
    /// <summary>Pixels of the PNG for one of the figure: sharp on paper and on dense screens.</summary>
    public const int Scale = 2;

    private const int PixelsAnInch = 96;

    /// <summary>Where Linux describes its fonts.</summary>
    private const string FontDescriptions = "/etc/fonts";

    static SvgRenderer()
    {
        if (Directory.Exists(FontDescriptions))
        {
            MagickNET.SetFontConfigDirectory(FontDescriptions);
            InitialiseFonts();
        }
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Initialise();

    /// <summary>The PNG file.</summary>
    /// <exception cref="IOException">The library refused it.</exception>
    public static byte[] Png(string svg)
    {
        try
        {
            MagickReadSettings settings = new() { Format = MagickFormat.Svg, Density = new Density(Scale * PixelsAnInch), BackgroundColor = MagickColors.White };
            using MagickImage image = new(Encoding.UTF8.GetBytes(svg), settings);
            image.Settings.SetDefine(MagickFormat.Png, "exclude-chunks", "date,time");
            return image.ToByteArray(MagickFormat.Png24);
        }
        catch (MagickException exception)
        {
            throw new IOException($"the figure cannot be drawn as PNG: {exception.Message}", exception);
        }
    }

    /// <summary>The library asks fontconfig for fonts without initialising it, which fontconfig complains of on the terminal.</summary>
    private static void InitialiseFonts()
    {
        string name = $"Magick.Native-Q8-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}.dll";
        if (NativeLibrary.TryLoad(name, typeof(MagickImage).Assembly, searchPath: null, out IntPtr library)
            && NativeLibrary.TryGetExport(library, "FcInit", out IntPtr initialise))
        {
            Marshal.GetDelegateForFunctionPointer<Initialise>(initialise)();
        }
    }
}
