package io.mlops4j.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The style sheet, and the policy that allows it by its hash and nothing else. It uses none of the
 * characters that escaping changes, so the hash is that of the text in the page.
 *
 * <p>Series colours follow Okabe and Ito (2008), which people with any colour vision tell apart,
 * made a little darker on white and lighter on black.
 */
final class Style {
  static final String SHEET =
      """

      :root{color-scheme:light dark;--bg:#fff;--ink:#1b1f24;--soft:#5b6470;--line:#e4e7eb;
      --axis:#a9b1bb;--card:#f6f7f9;--pass:#00714f;--fail:#b23c00;--warning:#806000;--info:#0060a0;
      --none:#5b6470;--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#b85c93;--c4:#b98500;--c5:#3b9fd8;
      --c6:#6b5bb5;--c7:#6f7782;--r0:#b9c7d6;--r1:#7fb2d6;--r2:#2f8fc4;--r3:#0a6aa8;--r4:#073b72}
      @media screen and (prefers-color-scheme:dark){:root{--bg:#14171b;--ink:#e7eaee;--soft:#9aa4b0;
      --line:#2a2f37;--axis:#59626e;--card:#1b1f25;--pass:#35c39a;--fail:#ff8a4c;--warning:#e6b93c;
      --info:#62b5f0;--none:#9aa4b0;--c0:#4ba3e3;--c1:#f08a3c;--c2:#2fc597;--c3:#dd8fbe;--c4:#e6b93c;
      --c5:#86d0f5;--c6:#a99bea;--c7:#a4adb8;--r0:#3a4654;--r1:#35648a;--r2:#3c8ec4;--r3:#62b5f0;
      --r4:#c4e6ff}}
      *{box-sizing:border-box}
      body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.6 system-ui,-apple-system,
      Segoe UI,Roboto,Helvetica Neue,Arial,Noto Sans,sans-serif;-webkit-text-size-adjust:100%;
      overflow-wrap:anywhere}
      main{max-width:860px;margin:0 auto;padding:56px 24px 96px}
      header{margin-bottom:40px}
      h1{font-size:34px;line-height:1.2;letter-spacing:-.02em;margin:0 0 8px;font-weight:680}
      header p{margin:0;color:var(--soft)}
      h2{font-size:23px;letter-spacing:-.01em}
      h3{font-size:18px}
      h4,h5,h6{font-size:16px}
      h2,h3,h4,h5,h6{line-height:1.3;margin:0 0 16px;font-weight:640}
      section{margin-top:36px}
      main section.d1{margin-top:56px;padding-top:32px;border-top:1px solid var(--line)}
      p{margin:0 0 16px;max-width:70ch}
      .callout{display:flex;gap:14px;align-items:baseline;margin:0 0 16px;padding:13px 18px;
      background:var(--card);border-left:4px solid var(--tone);border-radius:6px}
      .callout p{margin:0;min-width:0}
      .badge{display:inline-block;color:var(--tone);border:1px solid var(--tone);
      border-radius:999px;padding:1px 9px;font-size:12px;line-height:1.5;font-weight:640;
      letter-spacing:.02em}
      .callout .badge{flex:none;white-space:nowrap}
      .pass{--tone:var(--pass)}.fail{--tone:var(--fail)}.warning{--tone:var(--warning)}
      .info{--tone:var(--info)}.none{--tone:var(--none)}
      dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(186px,1fr));gap:22px 22px;
      margin:32px 0}
      dt{font-size:13px;color:var(--soft);line-height:1.4}
      dd{margin:2px 0 0;font-size:18px;line-height:1.4;font-weight:560;
      font-variant-numeric:tabular-nums}
      dd.long{font-size:15px;font-weight:400;line-height:1.5}
      .scroll{overflow-x:auto;margin:0 0 28px;overflow-wrap:normal}
      table{border-collapse:collapse;width:100%;font-size:15px;line-height:1.45}
      caption{text-align:left;color:var(--soft);font-size:14px;padding:0 0 8px}
      th,td{text-align:left;vertical-align:baseline;padding:9px 24px 9px 0;
      border-bottom:1px solid var(--line);max-width:420px;overflow-wrap:break-word}
      th:last-child,td:last-child{padding-right:0}
      thead th{font-size:13px;font-weight:560;color:var(--soft);border-bottom-color:var(--axis);
      vertical-align:bottom}
      tbody th{font-weight:400;min-width:8em}
      .time{white-space:nowrap}
      .num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
      .more{color:var(--soft);font-size:14px;margin:-16px 0 28px}
      figure{margin:0 0 36px}
      figure .more{margin:2px 0 0}
      figcaption{font-weight:620;line-height:1.4;margin:0 0 6px}
      .legend{display:flex;flex-wrap:wrap;gap:2px 20px;font-size:13px;color:var(--soft);
      margin:0 0 10px;padding:0;list-style:none}
      .legend li{display:flex;align-items:center;gap:7px;min-width:0}
      .key{flex:none;width:14px;height:4px;border-radius:2px;background:var(--c)}
      .key.box{width:11px;height:11px}
      .key.dash{height:0;border-radius:0;background:none;border-top:2px dashed var(--soft);
      width:18px}
      .empty{color:var(--soft);border:1px dashed var(--axis);border-radius:6px;padding:28px;
      text-align:center;max-width:none}
      svg{display:block;width:100%;height:auto;overflow:visible}
      svg.square{max-width:520px}
      svg.narrow{display:none}
      text{font-size:12px;fill:var(--soft);font-variant-numeric:tabular-nums}
      text.name,text.value{fill:var(--ink)}
      line{stroke-width:1;shape-rendering:crispEdges}
      .grid{stroke:var(--line)}
      .axis{stroke:var(--axis)}
      .threshold{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:6 4;shape-rendering:auto}
      .marker{stroke:var(--axis);stroke-dasharray:2 3}
      .line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
      .band{fill:var(--c);fill-opacity:.16}
      .dot{fill:var(--c);stroke:var(--bg);stroke-width:1.5}
      .cloud{fill:var(--c);fill-opacity:.5}
      .bar{fill:var(--c)}
      .whisker{stroke:var(--c,var(--ink));stroke-width:1.5;shape-rendering:auto}
      .line.again{stroke-dasharray:5 4}
      .line.behind{stroke:var(--soft);stroke-width:1;stroke-opacity:.3}
      .dot.behind{fill:var(--soft);fill-opacity:.4;stroke:none}
      .across{fill:none;stroke:var(--c);stroke-linejoin:round;stroke-linecap:round}
      .across.few{stroke-width:2;stroke-opacity:.9}.across.many{stroke-width:1.2;stroke-opacity:.55}
      .across:hover{stroke-width:4;stroke-opacity:1}
      .axis.strong{stroke:var(--ink);stroke-opacity:.55}
      .halo{paint-order:stroke;stroke:var(--bg);stroke-width:4;stroke-linejoin:round}
      .ramp0{--c:var(--r0)}.ramp1{--c:var(--r1)}.ramp2{--c:var(--r2)}.ramp3{--c:var(--r3)}
      .ramp4{--c:var(--r4)}.ramp5{--c:var(--line)}
      .key.ramp{width:90px;height:9px;background:linear-gradient(90deg,var(--r0),var(--r1),
      var(--r2),var(--r3),var(--r4))}
      .key.again{background:repeating-linear-gradient(90deg,var(--c) 0 5px,transparent 5px 7px)}
      .c0{--c:var(--c0)}.c1{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}.c4{--c:var(--c4)}
      .c5{--c:var(--c5)}.c6{--c:var(--c6)}.c7{--c:var(--c7)}
      @media screen and (max-width:620px){main{padding:32px 16px 64px}h1{font-size:27px}
      svg.wide{display:none}svg.narrow{display:block}dl{grid-template-columns:1fr 1fr}
      .callout{display:block}.callout p{margin-top:6px}main section.d1{margin-top:40px}}
      @media print{:root{color-scheme:light}body{font-size:12px}main{max-width:none;padding:0}
      figure,table,.callout,dl{break-inside:avoid}h2,h3,h4{break-after:avoid}
      .scroll{overflow:visible}}
      """;

  /** Nothing may load or run; the one style sheet may apply. */
  static final String POLICY =
      "default-src 'none'; style-src 'sha256-"
          + sha256(SHEET)
          + "'; base-uri 'none'; form-action 'none'";

  private Style() {}

  static String tone(Status status) {
    return switch (status) {
      case PASS -> "pass";
      case FAIL -> "fail";
      case WARNING -> "warning";
      case INFO -> "info";
      case NO_DATA -> "none";
    };
  }

  private static String sha256(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
