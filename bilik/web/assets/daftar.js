// The code of an invitation that came as a QR stands behind the address's "#", which no server sees.
"use strict";

const code = decodeURIComponent(location.hash.slice(1));
if (/^[0-9A-Za-z-]{20,30}$/.test(code)) {
  document.getElementById("kode").value = code;
  history.replaceState(null, "", location.pathname);
}
